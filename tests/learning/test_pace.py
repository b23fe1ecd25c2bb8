import pytest

from app.learning.pace import Pace


def test_goes_on_at_once_unless_told_otherwise() -> None:
    assert Pace(stepped=5).wait(5) == 0


def test_waits_for_ever_while_paused_but_for_a_single_step() -> None:
    assert Pace(paused=True).wait(5) is None
    assert Pace(paused=True, single=True).wait(5) == 0


def test_waits_for_what_is_left_of_a_steps_time() -> None:
    pace = Pace(steps_per_second=4, stepped=5)
    assert pace.wait(5) == pytest.approx(0.25)
    assert pace.wait(5.2) == pytest.approx(0.05)
    assert pace.wait(6) == 0


def test_the_first_step_need_not_wait() -> None:
    assert Pace(steps_per_second=0.1).wait(0) == 0
