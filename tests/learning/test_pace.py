from math import inf
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app import controls
from app.learning.pace import PACES, TOGETHER, Pace, constant, turn, watch
from app.running.queue import is_paced


def test_goes_on_at_once_unless_told_otherwise() -> None:
    assert Pace(beat=5).due(0) == -inf


def test_waits_for_ever_while_paused_but_for_a_single_step() -> None:
    assert Pace(paused=True).due(0) is None
    assert Pace(paused=True, single=True).due(0) == -inf


def test_a_step_is_due_a_steps_time_after_the_one_before() -> None:
    assert Pace(speed=constant(4), beat=5).due(7) == pytest.approx(5.25)


def test_the_first_step_need_not_wait() -> None:
    assert Pace(speed=constant(0.1)).due(0) == -inf


def seconds(steps: int) -> float:
    """What a run of so many steps takes when it is watched and steps themselves take no time."""
    pace = Pace(speed=watch)
    begun = now = 100.0
    for step in range(1, steps + 1):
        due = pace.due(step - 1)
        assert due is not None
        now = max(now, due)
        pace.stepped(step, now)
    return now - begun


def test_a_run_that_is_watched_begins_slowly_and_the_textbooks_takes_half_a_minute_at_most() -> None:
    assert seconds(30) == pytest.approx(29 / 4)
    assert seconds(100) == pytest.approx(11, abs=0.5)
    assert seconds(1960) == pytest.approx(26, abs=0.5)
    assert seconds(24_500) == pytest.approx(139, abs=0.5)


@given(st.sampled_from(get_args(controls.Pace)), st.integers(0, 1_000_000))
@example("watch", 1_000_000)
def test_a_run_that_takes_no_place_in_the_queue_stays_paced(pace: controls.Pace, step: int) -> None:
    speed = PACES[pace]
    assert is_paced(controls.SetPace(pace=pace)) == (speed is not None)
    assert speed is None or is_paced(controls.SetSpeed(steps_per_second=speed(step)))


@given(st.integers(0, 500_000))
def test_a_run_that_is_watched_never_grows_slower(step: int) -> None:
    assert watch(step + 1) >= watch(step) >= 4


def test_every_pace_has_its_speed() -> None:
    assert PACES.keys() == set(get_args(controls.Pace))
    assert PACES["full"] is None


@given(st.floats(0.1, 1000), st.lists(st.floats(0, 0.9), min_size=2, max_size=50))
def test_what_a_step_takes_makes_the_run_no_slower(speed: float, takes: list[float]) -> None:
    """``takes`` is in shares of the time that a step may take at this speed."""
    pace = Pace(speed=constant(speed))
    now, taken = 100.0, []
    for step, share in enumerate(takes, 1):
        due = pace.due(step - 1)
        assert due is not None
        now = max(now, due) + share / speed
        pace.stepped(step, now)
        taken.append(now)
    assert len(takes) - 2 <= (taken[-1] - taken[0]) * speed <= len(takes) - 1 + 0.9 + 1e-6


def test_what_was_missed_while_nothing_went_on_is_not_made_up_for() -> None:
    pace = Pace(speed=constant(10), beat=5)
    pace.stepped(1, 65)
    assert pace.due(1) == pytest.approx(65.1)


def test_what_a_few_others_take_is_made_up_for() -> None:
    pace = Pace(speed=constant(100), beat=5)
    pace.stepped(1, 5.3)
    assert pace.due(1) == pytest.approx(5.02)


@given(st.floats(0, 1e6))
def test_what_is_due_has_its_turn_soon_and_not_before(due: float) -> None:
    assert due - 1e-9 <= turn(due) < due + TOGETHER + 1e-9
    assert turn(due) / TOGETHER == pytest.approx(round(turn(due) / TOGETHER))
