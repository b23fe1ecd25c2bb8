"""Which worker gets the next task where one is to be replaced, on workers that are nothing but their state."""

from typing import Any

import pytest

from app.running import workers as module
from app.running.queue import Lane
from app.running.workers import Workers


class Trains:
    """A run's task."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane


class Worker:
    """A ready worker."""

    ready = warming = True
    worn = False

    def __init__(self) -> None:
        self.trainings: list[Trains] = []

    @property
    def tasks(self) -> list[Trains]:
        return self.trainings

    @property
    def idle(self) -> bool:
        return self.ready and not self.tasks

    def prepare(self) -> None:
        self.warming = True


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Two trainers and, last, the shared worker, once ``workers`` has made them."""
    monkeypatch.setattr(module, "cores", lambda: 2)
    return []


@pytest.fixture
def workers(made: list[Any]) -> Workers:
    def make() -> Any:
        made.append(Worker())
        return made[-1]

    return Workers(make, trainers=2)


def test_a_worn_one_gets_nothing_while_another_is_free(workers: Workers, made: list[Any]) -> None:
    trainer, busy, shared = made
    busy.trainings = [Trains("full")]
    trainer.trainings = [Trains("paced"), Trains("paced")]
    shared.trainings, shared.worn = [Trains("paced")], True
    assert workers.for_run("paced") == trainer
    assert workers.for_experiment() == trainer
    shared.worn, trainer.worn = False, True
    trainer.trainings.clear()
    shared.trainings *= 3
    assert workers.for_run("paced") == shared
    assert workers.for_experiment() == shared


def test_a_worn_one_gets_more_where_none_is_free(workers: Workers, made: list[Any]) -> None:
    *trainers, shared = made
    for worker in made:
        worker.worn = True
        worker.trainings = [Trains("paced")]
    assert workers.for_run("full") in trainers
    for trainer in trainers:
        trainer.trainings = [Trains("full")]
    assert workers.for_run("paced") == workers.for_run("lesson") == workers.for_experiment() == shared


def test_a_run_at_full_speed_begins_in_a_worn_one_rather_than_wait(workers: Workers, made: list[Any]) -> None:
    first, second, _ = made
    for worker in made:
        worker.trainings = [Trains("paced")]
    first.worn = True
    assert workers.for_run("full") == second
    second.ready = second.warming = False
    assert workers.for_run("full") == first
