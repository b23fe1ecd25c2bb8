"""Presets do what their words say."""

import pytest

from app.events import RunFailed, RunFinished
from app.learning.controls import NoControls
from app.learning.dataset import Digits
from app.learning.train import train
from app.presets import preset

TELLING = (
    "linear", "inverted_linear", "too_slow", "larger_steps", "too_fast", "diverging", "accuracy_loss", "whole_set",
    "one_unit", "adam",
)  # fmt: skip
"""Those that differ most from the textbook, a second each at most."""


@pytest.mark.parametrize("name", TELLING)
def test_a_preset_comes_to_what_its_words_say(name: str, digits: Digits) -> None:
    """With its own seed. Another machine rounds otherwise, hence some images more or less."""
    chosen = preset(name)
    *_, last = train(chosen.recipe, digits, NoControls())
    if chosen.measured is None:
        assert isinstance(last, RunFailed)
        assert last.diverged
        return
    assert isinstance(last, RunFinished)
    assert last.summary.valid_accuracy is not None
    assert chosen.measured.lowest - 0.002 <= last.summary.valid_accuracy <= chosen.measured.highest + 0.002


@pytest.mark.parametrize("seed", [1, 2, 3, 1234, 2**31 - 1])
@pytest.mark.parametrize("name", ["too_fast", "diverging"])
def test_what_is_to_fail_fails_with_every_seed(name: str, seed: int, digits: Digits) -> None:
    recipe = preset(name).recipe.model_copy(update={"seed": seed, "epochs": 2})
    *_, last = train(recipe, digits, NoControls())
    if name == "diverging":
        assert isinstance(last, RunFailed)
    else:
        assert isinstance(last, RunFinished)
        assert last.summary.valid_accuracy is not None
        assert last.summary.valid_accuracy < 0.51
