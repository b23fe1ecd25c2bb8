"""What lessons show first is there before somebody asks."""

import pytest
from pydantic import BaseModel

from app.experiments import ArrayAndTensor, ShuffledPixels, Timings
from app.history.history import History
from app.lessons.lesson import Lesson
from app.running.computations import Busy
from app.running.supervisor import Supervisor
from app.web.answers import Answers
from app.web.lesson_runs import LessonRuns

pytestmark = pytest.mark.anyio


class Worker:
    """Answers with the question's name, but for one that it is too busy for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def wait_idle(self) -> None:
        self.asked.append("idle")

    async def compute(self, name: str, parameters: BaseModel) -> bytes:
        self.asked.append(name)
        if name == "shuffled_pixels":
            raise Busy("No worker was free.")
        return name.encode()


async def test_a_lessons_questions_are_asked_once_whenever_nothing_else_is_to_do(monkeypatch) -> None:
    experiments = {"shuffled_pixels": ShuffledPixels(), "array_and_tensor": ArrayAndTensor(), "timings": Timings()}
    lesson = Lesson("one", "One", "?", "!", experiments=experiments)
    worker, answers = Worker(), Answers()
    supervisor, history = object.__new__(Supervisor), object.__new__(History)
    monkeypatch.setattr(supervisor, "wait_idle", worker.wait_idle, raising=False)
    monkeypatch.setattr(supervisor, "compute", worker.compute, raising=False)
    answers.keep("timings", "{}", b"of before")
    async with LessonRuns.open(history, supervisor) as runs:
        await runs._prepare([lesson, lesson], answers)
    first = ["idle", "shuffled_pixels", "idle", "array_and_tensor"]
    assert worker.asked == [*first, "idle", "shuffled_pixels"]  # what could not be had is asked again
    assert answers.get("array_and_tensor", "{}") == b"array_and_tensor"
    assert answers.get("timings", "{}") == b"of before"
    assert answers.get("shuffled_pixels", ShuffledPixels().model_dump_json()) is None
