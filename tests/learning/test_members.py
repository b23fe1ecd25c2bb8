"""Runs that train together are what each is alone."""

from collections.abc import Sequence
from itertools import count
from math import isfinite

import numpy as np
import pytest
from safetensors.numpy import load

from app.checkpoint import Checkpoint
from app.controls import Act, Control, SetLearningRate
from app.events import (
    ENDINGS,
    Controlled,
    EpochEnded,
    Event,
    RunFailed,
    RunFinished,
    RunStarted,
    RunStopped,
    Steps,
    Weights,
)
from app.handwriting.predictor import from_safetensors
from app.learning.controls import NoControls
from app.learning.dataset import Digits
from app.learning.loop import FEW_RUNS
from app.learning.train import Emission, Member, Wait, train_members
from app.recipe import Recipe
from app.recording import Recording
from app.sweep import SWEEP_BYTES
from tests.learning.scripted import Clock, Emitted, of

CLOSE = 1e-5


def together(
    recipes: Sequence[Recipe], digits: Digits, asked: Sequence[tuple[int, str | None, Control]] = ()
) -> dict[str, Emitted]:
    """All that runs r0, r1, … emit. ``asked``: so many steps after the start, for which run (None: all), what."""

    class Asking:
        def __init__(self) -> None:
            self.waiting, self.steps = list(asked), 0

        def take(self) -> tuple[str | None, Control] | None:
            if self.waiting and self.waiting[0][0] == self.steps:
                _, run, control = self.waiting.pop(0)
                return run, control
            self.steps += 1
            return None

    members = [Member(f"r{at}", f"run {at}", recipe) for at, recipe in enumerate(recipes)]
    emitted: dict[str, Emitted] = {member.run: [] for member in members}
    milliseconds = count()
    for each in train_members(members, digits, Asking(), clock=lambda: next(milliseconds) / 1000, now=lambda: 1.0):
        if isinstance(each, Emission):
            emitted[each.run].append(each.what)
    return emitted


def rates(*values: float, **others: object) -> list[Recipe]:
    base = {"epochs": 3, "device": "cpu"} | others
    return [Recipe.model_validate(base | {"learning_rate": value}) for value in values]


def column(emitted: Emitted, name: str) -> list[float]:
    return [value for steps in of(emitted, Steps) for value in getattr(steps, name)]


SWEEPS = {
    "learning rates": rates(0.01, 0.1, 0.5, 1.0),
    "momentum": rates(0.01, 0.1, optimizer="momentum", loss="bce"),
    "adam": rates(0.0001, 0.001, optimizer="adam", activation="tanh"),
    "linear": rates(0.1, 1.0, model="linear", augment=True),
    "two_linear": rates(0.1, 1.0, model="two_linear", batch_size=100),
    "seeds": [Recipe(seed=seed, epochs=3, device="cpu", invert=0.3) for seed in (4, 0, 9)],
    "bce and sigmoid": rates(0.1, 1.0, loss="bce", activation="sigmoid"),
    "accuracy": rates(0.1, 1.0, loss="accuracy", optimizer="momentum"),
    "frozen": rates(0.1, 1.0, freeze=True, optimizer="momentum"),
    "inverted": rates(0.001, 0.01, optimizer="adam", invert=0.5),
    "seeds of others": [
        Recipe(seed=seed, epochs=3, device="cpu", optimizer="adam", learning_rate=0.001, loss="bce", activation="none")
        for seed in (1, 2)
    ],
    "wider than one learner": rates(
        *[0.02 * at for at in range(1, 15)], hidden=256, batch_size=600, optimizer="momentum"
    ),
    "both": [*rates(0.1, 0.5, seed=1), *rates(0.1, 0.5, seed=2)],
}


@pytest.mark.parametrize("name", SWEEPS)
def test_each_is_what_its_recipe_is_alone(name: str, few_digits: Digits) -> None:
    for run, (recipe, emitted) in enumerate(
        zip(SWEEPS[name], together(SWEEPS[name], few_digits).values(), strict=True)
    ):
        alone = together([recipe], few_digits)["r0"]
        for metric in ("loss", "accuracy", "gradient_norm"):
            assert column(emitted, metric) == pytest.approx(column(alone, metric), rel=CLOSE, abs=CLOSE)
        assert column(emitted, "learning_rate") == column(alone, "learning_rate")
        for mine, its in zip(of(emitted, EpochEnded), of(alone, EpochEnded), strict=True):
            assert mine.train_loss == pytest.approx(its.train_loss, abs=CLOSE)
            assert mine.valid_loss == pytest.approx(its.valid_loss, abs=CLOSE)
            assert mine.valid_accuracy == its.valid_accuracy
        assert emitted[0].run == f"r{run}"  # type: ignore[union-attr]
        (started,), (its_start,) = of(emitted, RunStarted), of(alone, RunStarted)
        assert (started.recipe, started.units, started.baseline) == (recipe, its_start.units, its_start.baseline)
        last, its_last = of(emitted, Checkpoint)[-1], of(alone, Checkpoint)[-1]
        values, its_values = load(last.data), load(its_last.data)
        assert {"0.weight", "0.bias"} <= values.keys() <= its_values.keys()  # a wide sweep keeps no optimizer's state
        for key, value in values.items():
            # At once: pytest.approx compares the 2.8 million weights of the widest one by one, in 20 s.
            np.testing.assert_allclose(value, its_values[key], rtol=0, atol=1e-4)


def test_each_begins_ends_and_numbers_its_steps_by_itself(few_digits: Digits) -> None:
    for emitted in together(SWEEPS["both"], few_digits).values():
        assert isinstance(emitted[0], RunStarted)
        assert [type(each).__name__ in ENDINGS for each in emitted] == [False] * (len(emitted) - 1) + [True]
        assert column(emitted, "step") == list(range(1, 10))


def content(emitted: Event | Checkpoint) -> object:
    """All that is in it, as bits. The order of a safetensors file's metadata is left to chance by its library."""
    if isinstance(emitted, Event):
        return emitted.encode(1)
    return emitted.step, emitted.kept, {name: value.tobytes() for name, value in load(emitted.data).items()}


def test_the_same_sweep_gives_the_same_bits(few_digits: Digits) -> None:
    first, second = (together(SWEEPS["both"], few_digits) for _ in range(2))
    for run in first:
        assert list(map(content, first[run])) == list(map(content, second[run]))


def test_one_that_diverges_fails_alone(few_digits: Digits) -> None:
    recipes = rates(0.01, 1000.0, 0.02, loss="bce", model="two_linear")
    fine, failing, fine_too = together(recipes, few_digits).values()
    assert isinstance(failing[-1], RunFailed)
    assert f"at step {failing[-1].step}:" in failing[-1].reason
    for emitted, recipe in ((fine, recipes[0]), (fine_too, recipes[2])):
        assert isinstance(emitted[-1], RunFinished)
        alone = together([recipe], few_digits)["r0"]
        assert column(emitted, "loss") == pytest.approx(column(alone, "loss"), abs=CLOSE)


def test_a_learning_rate_and_a_stop_are_for_one(few_digits: Digits) -> None:
    emitted = together(
        rates(0.1, 0.1, 0.1),
        few_digits,
        [(4, "r1", SetLearningRate(learning_rate=0.5)), (5, "r2", Act(action="stop"))],
    )
    assert column(emitted["r0"], "learning_rate") == [0.1] * 9
    assert column(emitted["r1"], "learning_rate") == [0.1] * 4 + [0.5] * 5
    assert [c.what for c in of(emitted["r0"], Controlled)] == []
    assert [(c.what, c.step) for c in of(emitted["r1"], Controlled)] == [("learning_rate", 4)]
    assert [(c.what, c.step) for c in of(emitted["r2"], Controlled)] == [("stop", 5)]
    stopped = emitted["r2"][-1]
    assert isinstance(stopped, RunStopped)
    assert of(emitted["r2"], Checkpoint)[-1].step == stopped.step == 5
    assert column(emitted["r2"], "step") == [1, 2, 3, 4, 5]
    assert 5 not in {each.step for each in of(emitted["r0"], Checkpoint) if each.kept}
    assert isinstance(emitted["r0"][-1], RunFinished)
    assert column(emitted["r0"], "loss")[4:] != column(emitted["r1"], "loss")[4:]


def test_to_stop_all_ends_all(few_digits: Digits) -> None:
    for emitted in together(SWEEPS["both"], few_digits, [(2, None, Act(action="stop"))]).values():
        assert isinstance(emitted[-1], RunStopped)
        assert emitted[-1].step == 2


@pytest.mark.parametrize(
    "recipes",
    [[Recipe(), Recipe(hidden=4)], [Recipe(), Recipe(batch_size=64)], [Recipe(), Recipe(invert=0.5)], []],
)
def test_what_cannot_train_together_is_the_callers_error(recipes: list[Recipe], few_digits: Digits) -> None:
    members = [Member(f"r{at}", "", recipe) for at, recipe in enumerate(recipes)]
    with pytest.raises(ValueError, match="train together"):
        next(train_members(members, few_digits, NoControls()))


def test_many_say_what_they_do_more_seldom_and_let_others_have_turns(few_digits: Digits) -> None:
    def told(count: int) -> tuple[int, int]:
        """How often one of so many says steps, and how often all leave the turn to others."""
        clock = Clock(10)
        members = [Member(f"r{at}", "", Recipe(epochs=20, learning_rate=0.1 + at, device="cpu")) for at in range(count)]
        said = [*train_members(members, few_digits, NoControls(), clock=clock)]
        steps = [each for each in said if isinstance(each, Emission) and isinstance(each.what, Steps)]
        assert all(each.until is not None and each.until <= clock.seconds for each in said if isinstance(each, Wait))
        return len(steps) // count, sum(isinstance(each, Wait) for each in said)

    alone, many = told(1), told(FEW_RUNS + 1)
    assert alone[1] == 0
    assert many[0] * 2 < alone[0]
    assert many[1] > many[0]


def test_what_is_recorded_can_be_said(few_digits: Digits) -> None:
    member = Member("r", "", Recipe(epochs=3, device="cpu"))
    recording = Recording(shown=frozenset({0, 5}), kept=frozenset({2}), unscheduled=0)
    emitted = [
        each.what
        for each in train_members([member], few_digits, NoControls(), recording=recording)
        if not isinstance(each, Wait)
    ]
    assert [each.step for each in of(emitted, Weights)] == [0, 5]
    assert [each.step for each in of(emitted, Checkpoint) if each.kept] == [6]


def bytes_kept(emitted: dict[str, Emitted]) -> int:
    """Of weight images and kept models of all runs."""
    everything = [each for run in emitted.values() for each in run]
    images = sum(len(each.encode(1)) for each in everything if isinstance(each, Weights))
    return images + sum(len(each.data) for each in everything if isinstance(each, Checkpoint) and each.kept)


def test_a_full_sweep_is_bounded_together(few_digits: Digits) -> None:
    """64 members, as many as there may be."""
    emitted = together(rates(*[0.01 * at for at in range(1, 65)], epochs=4), few_digits)
    assert SWEEP_BYTES / 10 < bytes_kept(emitted) <= SWEEP_BYTES
    for run in emitted.values():
        assert [each.step for each in of(run, Checkpoint) if each.kept] == [0, 6, 12]
        assert {0, 12} <= {each.step for each in of(run, Weights)}


@pytest.mark.parametrize("asked", [[], [(2, None, Act(action="stop"))]])
def test_the_widest_sweep_is_bounded_too(asked: list[tuple[int, str | None, Control]], few_digits: Digits) -> None:
    """64 members of 256 units with two copies in the optimizer: one whole model of each would be 154 MB."""
    recipes = rates(*[0.0001 * at for at in range(1, 65)], epochs=1, hidden=256, optimizer="adam")
    emitted = together(recipes, few_digits, asked)
    assert SWEEP_BYTES / 2 < bytes_kept(emitted) <= SWEEP_BYTES
    for run in emitted.values():
        (kept,) = (each for each in of(run, Checkpoint) if each.kept)
        assert kept.step == run[-1].step == [each.step for each in of(run, Weights)][-1]  # type: ignore[union-attr]
        image = few_digits.valid_images[0].numpy()
        assert isfinite(from_safetensors(kept.data).logit(image))
