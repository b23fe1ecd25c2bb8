from math import inf, nan

import pytest

from app.events import Steps
from app.learning.divergence import Diverged, first_bad_step, until


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


@pytest.mark.parametrize(
    ("losses", "norms", "broken", "bad"),
    [
        ([1.0, 2.0], [1.0, 2.0], [], None),
        ([1.0, nan], [1.0, nan], [], 6),
        ([inf, nan], [1.0, nan], [], 5),
        ([1.0, 1.0], [1.0, inf], [6], 6),
        ([1.0, nan], [1.0, nan], [5], 5),
        ([1.0, 1.0], [1.0, 1.0], [6, 5], 5),
    ],
)
def test_finds_the_first_step_without_numbers(
    losses: list[float], norms: list[float], broken: list[int], bad: int | None
) -> None:
    assert first_bad_step(steps(losses, norms), broken) == bad


def test_nothing_fetched_is_nothing_bad() -> None:
    assert first_bad_step(None, []) is None


def test_cuts_all_columns_after_a_step() -> None:
    cut = until(steps([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]), 6)
    assert (cut.step, cut.loss, cut.gradient_norm, len(cut.milliseconds)) == ([5, 6], [1.0, 2.0], [4.0, 5.0], 2)


def test_says_what_to_do() -> None:
    diverged = Diverged(1234, 20)
    assert diverged.step == 1234
    assert "at step 1,234" in str(diverged)
    assert str(diverged).endswith("Start again with a smaller one, such as 2.")
