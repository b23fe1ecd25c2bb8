import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.learning.pace import Pace


def test_goes_on_at_once_unless_told_otherwise() -> None:
    assert Pace(beat=5).wait(5) == 0


def test_waits_for_ever_while_paused_but_for_a_single_step() -> None:
    assert Pace(paused=True).wait(5) is None
    assert Pace(paused=True, single=True).wait(5) == 0


def test_waits_for_what_is_left_of_a_steps_time() -> None:
    pace = Pace(steps_per_second=4, beat=5)
    assert pace.wait(5) == pytest.approx(0.25)
    assert pace.wait(5.2) == pytest.approx(0.05)
    assert pace.wait(6) == 0


def test_the_first_step_need_not_wait() -> None:
    assert Pace(steps_per_second=0.1).wait(0) == 0


@given(st.floats(0.1, 1000), st.lists(st.floats(0, 0.9), min_size=2, max_size=50))
def test_what_a_step_takes_makes_the_run_no_slower(speed: float, takes: list[float]) -> None:
    """``takes`` is in shares of the time that a step may take at this speed."""
    pace = Pace(steps_per_second=speed)
    now, taken = 100.0, []
    for share in takes:
        wait = pace.wait(now)
        assert wait is not None
        now += wait + share / speed
        pace.stepped(now)
        taken.append(now)
    assert len(takes) - 2 <= (taken[-1] - taken[0]) * speed <= len(takes) - 1 + 0.9 + 1e-6


def test_what_was_missed_while_nothing_went_on_is_not_made_up_for() -> None:
    pace = Pace(steps_per_second=10, beat=5)
    pace.stepped(65)
    assert pace.wait(65) == pytest.approx(0.1)
