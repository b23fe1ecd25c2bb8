"""Several runs asked for at once, one for each combination of some recipe fields' values."""

from collections.abc import Mapping, Sequence
from itertools import pairwise, product
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
    fastest. The runs name their sweep, not the sweep its runs. ``created`` is Unix time in seconds. How it trains, also
    where it goes on elsewhere: in so many ``places`` at once, each with so many ``threads``, each member
    ``pictured_as`` one of so many."""

    model_config = ConfigDict(frozen=True)

    id: str
    preset: str | None = None
    axes: dict[str, list[Value]]
    created: float
    places: int = 1
    threads: int = 1
    pictured_as: int = 0

    @property
    def shares(self) -> int:
        """Into how many equal shares ``SWEEP_BYTES`` are divided, of which each member has one."""
        return max(size(self.axes), self.pictured_as)

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


PART = 4
"""Members that a part of a group has at least. What a step costs whatever their number is then a fifth of it or less:
one thread takes 0.3 ms a step for the batch and 0.4 for each model (30 units, 256 images)."""

PART_WORK = 200_000_000
"""Images that a part's units see in all, at least: three seconds for a core of its own (1.4e-8 s each, 30 units and 256
images a batch). To start a worker for it may take as long, on a cluster."""


def groups(recipes: Sequence[Recipe], places: int = 1) -> list[list[int]]:
    """Divide a sweep's members, by index, into those that train as one: recipes that differ in seed and learning rate
    only, and with ``invert`` have at most ``SEEDS_INVERTED`` seeds. Both the groups and their members keep their order.
    Where there are more ``places`` to train at than groups, those are divided further of which each part is worth it.

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
    found = list(alike.values())
    parts = -(-places // max(1, len(found)))
    return sorted(part for group in found for part in _divided(group, recipes, parts))


def _divided(group: list[int], recipes: Sequence[Recipe], most: int) -> list[list[int]]:
    """As evenly as can be, with seeds together: what is of one seed shares its products."""
    recipe = recipes[group[0]]
    work = len(group) * recipe.epochs * recipe.train_images * (1 if recipe.model == "linear" else recipe.hidden)
    parts = max(1, min(most, len(group) // PART, work // PART_WORK))
    by_seed = sorted(group, key=lambda at: recipes[at].seed) if parts > 1 else group
    ends = [len(group) * part // parts for part in range(parts + 1)]
    return [sorted(by_seed[begin:end]) for begin, end in pairwise(ends)]
