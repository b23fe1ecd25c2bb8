from math import inf, nan

import numpy as np

from app.events import Steps
from app.learning.divergence import Diverged, first_bad_steps, until


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


def test_says_what_to_do() -> None:
    diverged = Diverged(1234, 20)
    assert diverged.step == 1234
    assert "at step 1,234" in str(diverged)
    assert str(diverged).endswith("Start again with a smaller one, such as 2.")
