"""Several runs asked for at once, one for each combination of some recipe fields' values."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

from pydantic import BaseModel, ConfigDict

from app.recipe import Recipe

SWEEP_BYTES = 40_000_000
"""What the weight images and models of a sweep's members take together, at most."""

LONGEST_NAME = 80
"""As of any run."""

MEMBERS = 64
"""Members of a sweep, at most."""

Value = float | int | bool | str


class Sweep(BaseModel):
    """``axes`` are the values of each field that differs; the members' recipes are their product, the last axis
    fastest. The runs name their sweep, not the sweep its runs. ``created`` is Unix time in seconds."""

    model_config = ConfigDict(frozen=True)

    id: str
    preset: str | None = None
    axes: dict[str, list[Value]]
    created: float

    def name(self, base: str, recipe: Recipe) -> str:
        """A member's name: ``base`` and which values of the axes it has."""
        own = [
            f"{field.replace('_', ' ')} {_plain(getattr(recipe, field))}"
            for field, values in self.axes.items()
            if len(values) > 1
        ]
        name = f"{base} · {', '.join(own)}" if own else base
        return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _plain(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def size(axes: Mapping[str, Sequence[Value]]) -> int:
    """How many combinations of values there are."""
    return prod(map(len, axes.values()))


def combinations(base: Recipe, axes: Mapping[str, Sequence[Value]]) -> list[Recipe]:
    """The recipe of each combination, the last axis fastest. Raises pydantic's ValidationError."""
    fields = base.model_dump()
    return [Recipe.model_validate(fields | dict(zip(axes, values, strict=True))) for values in product(*axes.values())]


SEEDS_INVERTED = 8
"""With ``invert`` each seed has images of its own, of 11 MB."""


def groups(recipes: Sequence[Recipe]) -> list[list[int]]:
    """Divide a sweep's members, by index, into those that train as one: recipes that differ in seed and learning rate
    only, and with ``invert`` have at most ``SEEDS_INVERTED`` seeds. Both the groups and their members keep their order.

    Another seed is another order of the images, whose products cannot be shared; it still shares the memory of the
    images, the turn in the queue and each copy to the host.
    """
    alike: dict[tuple[Recipe, int], list[int]] = {}
    seeds: dict[Recipe, list[int]] = {}
    for at, recipe in enumerate(recipes):
        kind = recipe.model_copy(update={"seed": 0, "learning_rate": 1.0})
        met = seeds.setdefault(kind, [])
        if recipe.seed not in met:
            met.append(recipe.seed)
        part = met.index(recipe.seed) // SEEDS_INVERTED if recipe.invert else 0
        alike.setdefault((kind, part), []).append(at)
    return list(alike.values())
