import pytest

from app.controls import Act, Control, SetLearningRate, SetPace, SetSpeed
from app.history.queue_order import QueueOrder
from app.running.queue import RunQueue, Waiting

FULL, WATCH = SetPace(pace="full"), SetPace(pace="watch")
Given = tuple[str | None, Control]


@pytest.mark.parametrize(
    ("given", "paced"),
    [
        ([], False),
        ([(None, WATCH)], True),
        ([("a", WATCH)], True),
        ([(None, FULL), ("a", WATCH)], True),
        ([("a", WATCH), (None, FULL)], False),
        ([(None, WATCH), ("a", SetSpeed(steps_per_second=None))], False),
        ([(None, SetSpeed(steps_per_second=5000))], False),
        ([("a", SetLearningRate(learning_rate=1))], False),
    ],
)
def test_the_newest_speed_decides_whether_a_run_is_paced(given: list[Given], paced: bool) -> None:
    waiting = Waiting(["a"])
    for run, control in given:
        waiting.control(run, control)
    assert (waiting.lane == "paced") == paced


def test_a_task_is_paced_where_none_of_its_runs_goes_at_full_speed() -> None:
    waiting = Waiting(["a", "b"], sweep="s", size=2)
    lanes = []
    for run in ("a", "b"):
        waiting.control(run, WATCH)
        lanes.append(waiting.lane)
    assert lanes == ["full", "paced"]


def test_a_lessons_run_keeps_its_lane_at_any_speed() -> None:
    waiting = Waiting(["a"], lesson=True)
    waiting.control("a", WATCH)
    assert waiting.lane == "lesson"


def test_a_pause_that_is_taken_back_leaves_nothing() -> None:
    waiting = Waiting(["a"])
    waiting.control(None, Act(action="pause"))
    assert waiting.controls_of(None) == (Act(action="pause"),)
    waiting.control(None, Act(action="resume"))
    assert waiting.controls_of(None) == ()


def test_members_of_a_sweep_share_a_place() -> None:
    queue = RunQueue(QueueOrder())
    for waiting in (Waiting(["a"]), Waiting(["b", "c"], "s", 3), Waiting(["d"], "s", 3), Waiting(["e"])):
        queue.add(waiting)
    assert queue.places() == {"a": 1, "b": 2, "c": 2, "d": 2, "e": 3}
    queue.remove_run("a")
    queue.remove_run("b")
    assert (queue.places(), queue.last_place) == ({"c": 1, "d": 1, "e": 2}, 2)
