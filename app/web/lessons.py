"""Lessons by REST: what they are, and the runs that they show."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from app.lessons.contents import LESSONS, lesson
from app.lessons.lesson import UnknownChoice
from app.run import Run
from app.running.supervisor import QueueFull
from app.sweep import Value
from app.web.problems import Problem, documented, refused
from app.web.runs import queue_full
from app.web.services import services

router = APIRouter(prefix="/api/lessons", tags=["lessons"])


class LessonTrial(BaseModel):
    """Runs with each combination of ``axes``, the last axis fastest. ``choices``: further recipe fields and the values
    that can be chosen, of each the default first."""

    title: str
    axes: Mapping[str, Sequence[Value]]
    choices: Mapping[str, Sequence[Value]]


class LessonInfo(BaseModel):
    slug: str
    title: str
    question: str
    trials: dict[str, LessonTrial]


class AskTrial(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    choices: Annotated[dict[str, float | int | bool | str], Field(max_length=8)] = {}


class TrialRuns(BaseModel):
    """``runs`` in the order of the trial's axes, the last one fastest, members of ``sweep``."""

    sweep: str
    runs: list[Run]


@router.get("")
async def lessons() -> list[LessonInfo]:
    """All lessons, in their order."""
    return [
        LessonInfo(
            slug=each.slug,
            title=each.title,
            question=each.question,
            trials={
                name: LessonTrial(title=trial.title, axes=trial.axes, choices=trial.choices)
                for name, trial in each.trials.items()
            },
        )
        for each in LESSONS
    ]


@router.post("/{slug}/trials/{trial}", responses=documented("503", "507"))
async def ask_trial(request: Request, response: Response, slug: str, trial: str, asked: AskTrial) -> TrialRuns:
    """The runs of a lesson's trial, which nobody needs to be signed in for: those of before, or new ones (201)."""
    try:
        of = lesson(slug)
    except KeyError:
        raise Problem(404, "No such lesson", f"There is no lesson {slug!r}; GET /api/lessons lists them.") from None
    if trial not in of.trials:
        names = ", ".join(of.trials) or "none"
        raise Problem(404, "No such trial", f"The lesson {slug!r} has no trial {trial!r}; it has {names}.")
    try:
        starter = services(request).auth.person(request)
        runs, new = await services(request).lesson_runs.ask(of, trial, asked.choices, starter=starter)
    except UnknownChoice as choice:
        raise refused(f"choices.{choice.field}", str(choice)) from None
    except QueueFull as full:
        raise queue_full(full) from None
    if new:
        response.status_code = 201
        services(request).telemetry.runs_started(len(runs))
    return TrialRuns(sweep=str(runs[0].sweep), runs=runs)
