"""Whose turn it is in a worker, with real training."""

from collections import Counter, defaultdict
from collections.abc import Iterable

import pytest
import torch

from app.controls import SetSpeed
from app.events import Steps
from app.learning.dataset import Digits, load
from app.learning.prepared import Prepared
from app.recipe import Recipe
from app.running.protocol import (
    Answer,
    Command,
    ComputeExperiment,
    Logged,
    Member,
    Message,
    TaskEnded,
    TaskFailed,
    TrainRun,
    TrainSweep,
)
from app.running.worker.work import Tasks, _Task
from tests.running.test_computations import endless

LONG = Recipe(epochs=1000, device="cpu")


class Enough(BaseException):
    """Not an error of a task."""


class Pipes:
    """A worker's two pipes in one process. Stops it once it has sent so many messages."""

    def __init__(self, commands: Iterable[Command], messages: int) -> None:
        self._commands = list(commands)
        self._messages = messages
        self.sent: list[Message] = []
        self.together: list[tuple[Message, ...]] = []

    def take(self, timeout: float | None = 0) -> Command | None:
        if len(self.sent) >= self._messages:
            raise Enough
        return self._commands.pop(0) if self._commands else None

    def send(self, *messages: Message) -> None:
        self.sent += messages
        self.together.append(messages)


def work(digits: Digits, commands: Iterable[Command], messages: int) -> Pipes:
    """Let a worker do these tasks until it has sent so much."""
    pipes = Pipes(commands, messages)
    with pytest.raises(Enough):
        Tasks(pipes, pipes, Prepared(digits)).work()  # type: ignore[arg-type]
    return pipes


def sent(digits: Digits, commands: Iterable[Command], messages: int) -> list[Message]:
    return work(digits, commands, messages).sent


@pytest.fixture(scope="module")
def digits() -> Digits:
    return load()


def member(run: str, *controls: SetSpeed, seed: int = 0) -> Member:
    recipe = LONG.model_copy(update={"seed": seed})
    return Member(run=run, name=run, recipe=recipe, first_seq=1, controls=controls)


def test_tasks_of_the_background_share_one_turn(digits: Digits) -> None:
    background = [TrainSweep(id=id, members=(member(id),), size=1, background=True) for id in "abcd"]
    person = TrainRun(id="person", member=member("person"))
    steps = Counter[str]()
    for message in sent(digits, [*background, person], 300):
        if isinstance(message, Logged) and isinstance(event := message.record.event(), Steps):
            steps[message.run] += len(event.step)
    assert set(steps) == {*"abcd", "person"}
    assert steps["person"] > 2 * max(steps[each] for each in "abcd")


def test_what_paced_runs_say_in_one_turn_is_sent_together(digits: Digits) -> None:
    paced = SetSpeed(steps_per_second=10)
    pipes = work(digits, [TrainRun(id=id, member=member(id, paced)) for id in "abcdef"], 100)
    steps = [
        {each.run for each in messages if isinstance(each, Logged) and each.record.type == Steps.__name__}
        for messages in pipes.together
    ]
    assert max(map(len, steps)) > 1
    assert set().union(*steps) == {*"abcdef"}


def test_a_run_alone_sends_at_once_what_it_says_at_one_moment(digits: Digits) -> None:
    pipes = work(digits, [TrainRun(id="a", member=member("a"))], 40)
    told = [[each.record.type for each in messages if isinstance(each, Logged)] for messages in pipes.together]
    assert told[0] == ["RunStarted", "Weights", "CheckpointSaved"]
    assert [types.count("Steps") for types in told[1:]] == [1] * (len(told) - 1)


@pytest.mark.usefixtures("as_in_a_worker")
def test_a_task_has_its_threads_and_leaves_none_to_others(digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many decides a run's bits."""
    go_on, threads = Tasks._go_on, defaultdict[str, set[int]](set)

    def noted(self: Tasks, task: _Task) -> bool:
        threads[task.id].add(torch.get_num_threads())
        return go_on(self, task)

    monkeypatch.setattr(Tasks, "_go_on", noted)
    commands: list[Command] = [
        TrainSweep(id="sweep", members=(member("a"), member("b", seed=1)), size=2, threads=2),
        TrainSweep(id="one of a sweep", members=(member("c"),), size=2, threads=2),
        TrainRun(id="run", member=member("d")),
        ComputeExperiment(id="experiment", name="gradient", parameters=endless(1).model_dump_json(), seconds=60),
    ]
    assert not any(isinstance(message, TaskFailed) for message in sent(digits, commands, 100))
    assert threads == {"sweep": {2}, "one of a sweep": {1}, "run": {1}, "experiment": {1}}


def test_an_experiment_that_takes_too_long_is_ended_and_nothing_else(digits: Digits) -> None:
    question = endless(1).model_dump_json()
    experiment = ComputeExperiment(id="1", name="gradient", parameters=question, seconds=0.1)
    run = TrainRun(id="person", member=member("person"))
    messages = sent(digits, [experiment, run], 60)
    (failed,) = [each for each in messages if isinstance(each, TaskEnded | TaskFailed | Answer)]
    assert isinstance(failed, TaskFailed)
    assert (failed.task, failed.reason, failed.too_long) == ("1", "It took too long.", True)
    assert failed.memory > 1 << 26
    assert isinstance(messages[-1], Logged)
