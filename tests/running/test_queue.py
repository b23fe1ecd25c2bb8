from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.controls import Act, Control, SetLearningRate, SetPace, SetSpeed
from app.history.queue_order import QueueOrder
from app.running.queue import RunQueue, Waiting

FULL, SLOW, WATCH = SetPace(pace="full"), SetPace(pace="slow"), SetPace(pace="watch")
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
    assert queue.places() == {"c": 1, "d": 1, "e": 2}


def asked(by: str, run: str, *, sweep: str | None = None, paced: bool = False) -> Waiting:
    return Waiting([run], sweep, starter=by, paced=paced)


def order(queue: RunQueue) -> str:
    return "".join(queue.places())


def test_nobody_waits_for_all_that_another_has_asked_for() -> None:
    queue = RunQueue(QueueOrder())
    for run in "abcde":
        queue.add(asked("one", run))
    assert (queue.place([asked("two", "x")]), queue.place([asked("one", "x")])) == (2, 6)
    for run in "xy":
        queue.add(asked("two", run))
    queue.add(asked("three", "z"))
    assert order(queue) == "axzbycde"
    started = ""
    while queue:
        queue.start(first := next(iter(queue)))
        started += first.runs[0]
        if started == "ax":  # whose turn was a moment ago comes behind those whose turn is still to come
            queue.add(asked("two", "v"))
    assert started == "axzbycvde"


def test_without_turns_the_first_in_is_the_first_out() -> None:
    queue = RunQueue(QueueOrder(), turns=False)
    for by, run in ("one", "a"), ("one", "b"), ("two", "x"):
        queue.add(asked(by, run))
    assert order(queue) == "abx"


def test_a_sweep_is_one_turn_however_many_tasks_it_has() -> None:
    queue = RunQueue(QueueOrder())
    for run in "abc":
        queue.add(asked("one", run, sweep="s"))
    for by, run in ("one", "d"), ("two", "x"):
        queue.add(asked(by, run))
    assert queue.places() == {"a": 1, "b": 1, "c": 1, "x": 2, "d": 3}
    queue.start(next(iter(queue)))
    assert order(queue) == "bcxd"


def test_what_is_stopped_or_goes_on_costs_nobody_a_turn() -> None:
    queue = RunQueue(QueueOrder())
    for by, run in ("one", "a"), ("one", "b"), ("two", "x"):
        queue.add(asked(by, run))
    queue.remove_run("a")
    assert order(queue) == "bx"
    queue.add(going_on := asked("one", "g"), first=True)
    assert order(queue) == "gbx"
    queue.start(going_on)
    assert order(queue) == "bx"


def test_lanes_have_turns_of_their_own() -> None:
    queue = RunQueue(QueueOrder())
    queue.add(paced := asked("one", "p", paced=True))
    for by, run in ("one", "a"), ("two", "x"):
        queue.add(asked(by, run))
    queue.start(paced)
    assert order(queue) == "ax"


def test_a_run_that_gets_another_speed_has_its_place_told() -> None:
    told = QueueOrder()
    queue = RunQueue(told)
    for by, run, paced in ("one", "a", True), ("one", "b", True), ("two", "x", False):
        queue.add(asked(by, run, paced=paced))
    assert list(told.places) == ["a", "b", "x"]
    for waiting in queue:
        waiting.control(waiting.runs[0], FULL)
    queue.changed()
    assert list(told.places) == list(queue.places()) == ["x", "a", "b"]


def test_a_waiting_task_goes_on_with_what_it_was_given_before() -> None:
    rate, other, pause = SetLearningRate(learning_rate=0.1), SetLearningRate(learning_rate=0.2), Act(action="pause")
    before = Waiting(["a", "b"], "s")
    given: list[Given] = [("a", other), (None, rate), (None, SLOW), ("b", other), (None, pause)]
    for run, control in given:
        before.control(run, control)
    after = Waiting(["a", "b"], "s")
    after.take(before.given)
    assert {run: {*given} for run, given in after.given.items()} == {
        run: {*given} for run, given in before.given.items()
    }
    assert after.lane == "paced"
    assert {*after.controls_of(None)} == {SLOW, pause}
    assert [after.controls_of(run) for run in after.runs] == [(rate,), (other,)]


People = st.sampled_from("abcd")


@given(st.lists(People | st.just("start") | st.just("sweep") | st.just("stop"), max_size=60))
def test_before_anybodys_next_at_most_one_of_each_others_starts(events: list[str]) -> None:
    """The order of one person's stays, places are those in which they start, and turns are taken in turn."""
    told = QueueOrder()
    queue, numbers = RunQueue(told), count()
    asked_for: dict[str, list[str]] = {by: [] for by in "abcd"}
    passed: dict[str, list[str]] = {by: [] for by in "abcd"}
    """Whose turns there were since this person's last, or since the first of the runs that wait now was asked for."""

    def start() -> None:
        first = next(iter(queue))
        by, holder = first.starter, first.place_of
        while queue and (waiting := next(iter(queue))).place_of == holder:
            queue.start(waiting)
        assert asked_for[by].pop(0) == holder
        passed[by] = []
        for other in asked_for:
            if other != by and asked_for[other]:
                assert by not in passed[other]
                passed[other].append(by)

    def ask(by: str, holder: str) -> None:
        if not asked_for[by]:
            passed[by] = []
        asked_for[by].append(holder)

    for event in [*events, *["start"] * len(events)]:
        if event in asked_for:
            holder = f"{event}{next(numbers)}"
            expected = queue.place([asked(event, holder)])
            queue.add(asked(event, holder))
            assert queue.places()[holder] == expected
            ask(event, holder)
        elif event == "sweep":
            holder = f"s{next(numbers)}"
            for task in range(3):
                queue.add(asked("a", f"{holder}-{task}", sweep=holder))
            ask("a", holder)
        elif event == "stop" and queue:
            last = list(queue)[-1]
            asked_for[last.starter].remove(last.place_of)
            for each in queue.of_sweep(last.sweep) if last.sweep else [last]:
                queue.remove_run(each.runs[0])
        elif queue:
            start()
        assert told.places == queue.places()
        assert sorted({*queue.places().values()}) == list(range(1, len({*queue.places().values()}) + 1))
    assert not queue
