"""What the learner makes of recipes, and how the resulting models read images."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

from safetensors.torch import load as read_tensors
from torch import Tensor
from torch.func import functional_call

from app.checkpoint import Checkpoint
from app.events import EpochEnded, RunFailed, Steps
from app.experiments import OfRecipe, shapes
from app.learning import models
from app.learning.controls import NoControls
from app.learning.dataset import Digits
from app.learning.experiments.weights import Placed, place
from app.learning.prepared import Prepared
from app.learning.train import Emission, Member, train_members
from app.recipe import Recipe
from app.recording import Recording
from app.sweep import groups

T = TypeVar("T")
SEEDS = (0, 1, 2)

Named = Mapping[str, Tensor]
"""A model's parameters under PyTorch's names."""


@dataclass
class Run:
    """A recipe trained to its end. ``failed``: the step at which it diverged. ``named``: its last model, unless it
    failed. Losses and norms are those of every step's own batch."""

    recipe: Recipe
    epochs: list[EpochEnded] = field(default_factory=list)
    losses: list[float | None] = field(default_factory=list)
    norms: list[float | None] = field(default_factory=list)
    named: dict[str, Tensor] = field(default_factory=dict)
    failed: int | None = None

    @property
    def accuracy(self) -> float | None:
        """Over the validation images, after the last epoch."""
        return None if self.failed else self.epochs[-1].valid_accuracy

    @property
    def loss(self) -> float | None:
        return None if self.failed else self.epochs[-1].valid_loss


class Learned:
    """Runs on these digits, each trained once: those that can train as one do, as a sweep's members."""

    def __init__(self, digits: Digits) -> None:
        self.digits = digits
        self._prepared = Prepared(digits)
        self._runs: dict[Recipe, Run] = {}

    def runs(self, recipes: Iterable[Recipe]) -> list[Run]:
        asked = [recipe.model_copy(update={"device": "cpu"}) for recipe in recipes]
        new = [recipe for recipe in dict.fromkeys(asked) if recipe not in self._runs]
        for group in groups(new):
            self._train([new[at] for at in group])
        return [self._runs[recipe] for recipe in asked]

    def run(self, recipe: Recipe) -> Run:
        return self.runs([recipe])[0]

    def _train(self, recipes: Sequence[Recipe]) -> None:
        runs = {str(at): Run(recipe) for at, recipe in enumerate(recipes)}
        members = [Member(at, "lesson", run.recipe) for at, run in runs.items()]
        last = Recording(frozenset(), frozenset({recipes[0].epochs}), unscheduled=0, state=False)
        for each in train_members(
            members, self.digits, NoControls(), recording=last, prepared=self._prepared, clock=still, now=still
        ):
            assert isinstance(each, Emission), "nobody pauses these runs"
            run = runs[each.run]
            match what := each.what:
                case Steps():
                    run.losses += what.loss
                    run.norms += what.gradient_norm
                case EpochEnded():
                    run.epochs.append(what)
                case Checkpoint(kept=True):
                    read = read_tensors(what.data)
                    run.named = {name: read[name] for name in shapes(run.recipe)}  # in the layers' order
                case RunFailed():
                    run.failed = what.step
        self._runs |= {run.recipe: run for run in runs.values()}


def still() -> float:
    """A clock that stands: news is then fetched when its room is full, not every 30 ms."""
    return 0.0


def seeds(recipe: Recipe, which: Iterable[int] = SEEDS) -> list[Recipe]:
    return [recipe.model_copy(update={"seed": seed}) for seed in which]


def middle(values: Iterable[float | None]) -> float | None:
    """The median, a failure counting as less than any number."""
    known = sorted(values, key=lambda value: (value is not None, value))
    return known[len(known) // 2] if len(known) % 2 else median([value or 0.0 for value in known])


def logits(recipe: Recipe, named: Named, images: Tensor) -> Tensor:
    """Of images [n, 784], 0 to 1, in their own precision: [n]."""
    values = {name: value.to(images.dtype) for name, value in named.items()}
    found: Tensor = functional_call(models.build(recipe), values, (images,))
    return found.squeeze(1)


def valid(digits: Digits) -> tuple[Tensor, Tensor]:
    """Validation images, 0 to 1, and which are 3s."""
    return digits.valid_images / 255, digits.valid_targets == 1


def share(right: Tensor) -> float:
    return right.double().mean().item()


def answer(computing: Generator[None, None, T]) -> T:
    """What an experiment returns."""
    while True:
        try:
            next(computing)
        except StopIteration as stopped:
            found: T = stopped.value
            return found


def after(recipe: Recipe, step: int, digits: Digits, *, zero: bool = False) -> Placed:
    """The recipe's model after so many steps, from its seed's first weights or from zero."""
    placed = answer(place(OfRecipe(recipe=recipe, step=step, start="zero" if zero else "seed"), digits))
    assert isinstance(placed, Placed)
    return placed


def told(recipe: Recipe, which: Sequence[int] | None = None) -> str:
    """The recipe in words: what differs from the textbook's, its seeds, its last step."""
    fields = recipe.model_dump(exclude_defaults=True, exclude={"device", "seed"})
    what = ", ".join(f"{name} {value}" for name, value in fields.items()) or "textbook"
    chosen = [recipe.seed] if which is None else list(which)
    of = f"seed {chosen[0]}" if len(chosen) == 1 else f"seeds {chosen[0]}–{chosen[-1]}"
    return f"{what}; {of}, step {recipe.steps:,}"
