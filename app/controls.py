"""What a person may ask of a run while it trains. Each is answered by a ``Controlled`` event."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter


class _Control(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Act(_Control):
    """``step`` takes one step and then stays paused."""

    action: Literal["pause", "resume", "step", "stop"]


class SetLearningRate(_Control):
    learning_rate: Annotated[float, Field(gt=0, le=1000)]


StepsPerSecond = Annotated[float, Field(strict=True, ge=0.01, le=10_000, allow_inf_nan=False)]


class SetSpeed(_Control):
    """``None`` is full speed."""

    steps_per_second: StepsPerSecond | None


PACED_SPEED = 200.0
"""Steps per second up to which a run is paced: a worker that trains many by turns takes some thousands in all. A run
that is to be faster waits for a worker of its own."""

Pace = Literal["watch", "slow", "full"]
"""``watch``: four steps a second for the first thirty, then faster and faster up to ``PACED_SPEED``, 26 s for the
textbook run. ``slow``: four steps a second. ``full``: as fast as the machine can."""


class SetPace(_Control):
    pace: Pace


def _kind(value: Any) -> str | None:
    """Which control this is, by its one field: errors then name that field only."""
    for kind in ("action", "learning_rate", "steps_per_second", "pace"):
        if kind in value if isinstance(value, dict) else hasattr(value, kind):
            return kind
    return None


Control = Act | SetLearningRate | SetSpeed | SetPace

AnyControl = Annotated[
    Annotated[Act, Tag("action")]
    | Annotated[SetLearningRate, Tag("learning_rate")]
    | Annotated[SetSpeed, Tag("steps_per_second")]
    | Annotated[SetPace, Tag("pace")],
    Discriminator(
        _kind,
        custom_error_type="no_control",
        custom_error_message="Give one of action, learning_rate, steps_per_second or pace",
    ),
]

Kind = Literal["learning_rate", "speed", "action"]
"""Of a run's controls the newest of each kind is the one that holds."""


def kind_of(control: Control) -> Kind:
    match control:
        case SetLearningRate():
            return "learning_rate"
        case SetSpeed() | SetPace():
            return "speed"
        case _:
            return "action"


CONTROL: TypeAdapter[Control] = TypeAdapter(AnyControl)
