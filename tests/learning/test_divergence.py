import re
from math import inf, nan

import numpy as np
import pytest

from app.events import RunFailed, RunFinished, Steps
from app.learning.controls import NoControls
from app.learning.dataset import Digits
from app.learning.divergence import Diverged, first_bad_steps, until
from app.learning.train import train
from app.recipe import Optimizer, Recipe


def steps(losses: list[float], norms: list[float]) -> Steps:
    n = len(losses)
    return Steps(
        step=list(range(5, 5 + n)),
        loss=losses,
        accuracy=[0.5] * n,
        learning_rate=[0.1] * n,
        gradient_norm=norms,
        milliseconds=[1.0] * n,
    )


def test_finds_each_models_first_step_without_numbers() -> None:
    losses = [[1.0, 2.0, 3.0], [1.0, nan, nan], [1.0, 1.0, 1.0], [inf, nan, nan]]
    norms = [[1.0, 2.0, 3.0], [1.0, 1.0, nan], [1.0, 1.0, inf], [1.0, nan, nan]]
    assert first_bad_steps([5, 6, 7], np.array(losses), np.array(norms)) == [None, 6, 7, 5]


def test_nothing_fetched_is_nothing_bad() -> None:
    assert first_bad_steps([], np.empty((3, 0))) == [None] * 3


def test_cuts_all_columns_after_a_step() -> None:
    cut = until(steps([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]), 6)
    assert (cut.step, cut.loss, cut.gradient_norm, len(cut.milliseconds)) == ([5, 6], [1.0, 2.0], [4.0, 5.0], 2)


@pytest.mark.parametrize(("optimizer", "rate"), [("sgd", 10.0), ("momentum", 3.0)])
def test_advises_a_rate_at_which_the_same_network_learns(digits: Digits, optimizer: Optimizer, rate: float) -> None:
    """Of two linear layers and cross-entropy: what can diverge, and does at a tenth of some rates too."""
    recipe = Recipe(model="two_linear", loss="bce", optimizer=optimizer, learning_rate=rate, batch_size=128, epochs=1)
    *_, failed = train(recipe, digits, NoControls())
    assert isinstance(failed, RunFailed)
    assert f"learning rate of {rate:g} " in failed.reason
    advised = re.search(r"Start again with (\S+),", failed.reason)
    assert advised is not None, failed.reason
    *_, finished = train(recipe.model_copy(update={"learning_rate": float(advised[1])}), digits, NoControls())
    assert isinstance(finished, RunFinished)
    assert finished.summary.valid_accuracy is not None
    assert finished.summary.valid_accuracy > 0.96


def test_a_rate_that_was_small_already_is_to_be_smaller() -> None:
    diverged = Diverged(1234, 0.02, "sgd")
    assert diverged.step == 1234
    assert "step 1,234" in str(diverged)
    assert str(diverged).endswith("such as 0.002.")
