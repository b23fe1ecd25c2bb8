"""What a lesson is made of. Its words are in ``templates/lessons/``, its figure in ``static/js/lessons/``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.experiments import Parameters
from app.recipe import Recipe
from app.sweep import Value, combinations


class UnknownChoice(ValueError):
    """``field`` names what cannot be chosen, or not so; the message says what can."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


@dataclass(frozen=True)
class Trial:
    """Runs that a lesson shows: ``base`` with each combination of ``axes``, trained as one sweep. A reader may choose
    among ``choices``, values of further recipe fields, of each the default first: few enough that a class shares them.
    """

    title: str
    base: Recipe
    axes: Mapping[str, list[Value]]
    choices: Mapping[str, Sequence[Value]] = field(default_factory=dict)

    def recipes(self, chosen: Mapping[str, Value] | None = None) -> list[Recipe]:
        """In the order of the axes, the last one fastest. Raises UnknownChoice."""
        chosen = chosen or {}
        for name, value in chosen.items():
            offered = self.choices.get(name)
            if offered is None:
                raise UnknownChoice(name, f"there is no such choice; there are {', '.join(self.choices) or 'none'}")
            if not any(_same(value, each) for each in offered):
                raise UnknownChoice(name, f"one of {', '.join(map(str, offered))}")
        values = {
            name: next((each for each in offered if name in chosen and _same(chosen[name], each)), offered[0])
            for name, offered in self.choices.items()
        }
        base = Recipe.model_validate(self.base.model_dump() | values)
        return combinations(base, self.axes)


def _same(value: Value, other: Value) -> bool:
    """JSON does not tell 1 from 1.0."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


@dataclass(frozen=True)
class Function:
    """A function that a lesson shows, by the module that has it. ``points``: names and negative numbers in its code,
    and what of the formula and the figure each of them is, as their ``data-point`` says."""

    module: str
    name: str
    points: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lesson:
    """``question`` is what it finds out, ``promise`` what is surprising about it, without giving it away. ``needs``:
    slugs of lessons to read before. ``experiments``: what its page asks the learner as it is first shown, by the
    experiment's name. ``watch``: recipe fields of the run to watch at its end."""

    slug: str
    title: str
    question: str
    promise: str
    needs: Sequence[str] = ()
    functions: Sequence[Function] = ()
    trials: Mapping[str, Trial] = field(default_factory=dict)
    experiments: Mapping[str, Parameters] = field(default_factory=dict)
    watch: Mapping[str, Value] = field(default_factory=dict)
