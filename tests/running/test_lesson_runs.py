"""Runs that lessons ask for: in a lane of their own, which delays no person's run."""

import json

import pytest

from app.controls import Act, SetLearningRate
from app.events import RunFinished, RunPaused, RunResumed, RunStarted, RunStopped, Steps
from app.experiments import ArrayAndTensor, Timings
from app.history.history import History
from app.lessons.lesson import Lesson, Trial
from app.recipe import Recipe
from app.run import Run
from app.running import supervisor as module
from app.running.start import Start
from app.running.supervisor import Supervisor
from app.sweep import Value, combinations
from app.web.answers import Answers
from app.web.lesson_runs import LessonRuns
from tests.running.watching import Watcher
from tests.waiting import until

pytestmark = pytest.mark.anyio

LONG = Recipe(epochs=1000, batch_size=32)
"""387,000 steps, which no test waits for."""


async def ask(supervisor: Supervisor, base: Recipe, **axes: list[Value]) -> tuple[list[Run], bool]:
    return await supervisor.queue(Start(combinations(base, axes), origin="lesson", axes=axes, reuse=True))


@pytest.mark.parametrize("cores", [2, module.CORES_FOR_BOTH])
async def test_on_few_cores_they_pause_while_a_persons_run_is_at_full_speed(
    supervisor: Supervisor, history: History, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    monkeypatch.setattr(module, "cores", lambda: cores)
    (lesson,), _ = await ask(supervisor, LONG, seed=[cores])
    watcher = Watcher(history, lesson.id)
    await watcher.until(Steps)
    person = await supervisor.start(LONG)
    await Watcher(history, person.id).until(Steps)
    if cores == 2:
        await watcher.until(RunPaused)
        assert (await ask(supervisor, LONG, seed=[cores])) == ([await history.get(lesson.id)], False)
    else:
        await watcher.until(Steps)
        assert (await history.get(lesson.id)).state == "running"
    await supervisor.control(person.id, Act(action="stop"))
    if cores == 2:
        await watcher.until(RunResumed)
    await watcher.until(Steps)
    await supervisor.control(lesson.id, Act(action="stop"))


async def test_they_go_on_while_a_persons_run_pauses(
    supervisor: Supervisor, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "cores", lambda: 2)
    person = await supervisor.start(LONG)
    watcher = Watcher(history, person.id)
    await watcher.until(Steps)
    (lesson,), _ = await ask(supervisor, LONG, seed=[7])
    await supervisor.control(person.id, Act(action="pause"))
    follower = Watcher(history, lesson.id)
    await follower.until(Steps)
    await supervisor.control(person.id, Act(action="resume"))
    await follower.until(RunPaused)
    await supervisor.control(person.id, Act(action="stop"))
    await follower.until(RunResumed)


async def test_a_persons_run_starts_before_lessons_that_wait(
    supervisor: Supervisor, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "cores", lambda: 2)
    person = await supervisor.start(LONG)
    await Watcher(history, person.id).until(Steps)
    (lesson,), _ = await ask(supervisor, Recipe(epochs=1), seed=[3])
    second = await supervisor.start(Recipe(epochs=1))
    await supervisor.control(person.id, Act(action="stop"))
    await Watcher(history, second.id).until(RunFinished)
    await Watcher(history, lesson.id).until(RunFinished)
    started = [(await history.get(run)).started or 0 for run in (second.id, lesson.id)]
    assert started == sorted(started)


async def test_they_answer_only_other_lessons(supervisor: Supervisor, history: History) -> None:
    recipe = Recipe(epochs=1, hidden=2)
    axes: dict[str, list[Value]] = {"seed": [4, 5]}
    persons, _ = await supervisor.queue(Start(combinations(recipe, axes), axes=axes))
    lessons, new = await ask(supervisor, recipe, **axes)
    assert new
    again = await supervisor.queue(Start(combinations(recipe, axes), axes=axes, reuse=True))
    assert [run.id for run in again.runs] == [run.id for run in persons]
    assert [run.id for run in (await ask(supervisor, recipe, **axes))[0]] == [run.id for run in lessons]
    for run in [*persons, *lessons]:
        await Watcher(history, run.id).until(RunFinished)


async def test_one_whose_rate_was_changed_is_trained_again(supervisor: Supervisor, history: History) -> None:
    (run,), _ = await ask(supervisor, LONG, seed=[6])
    await Watcher(history, run.id).until(RunStarted)
    await supervisor.control(run.id, SetLearningRate(learning_rate=0.2))
    (other,), new = await ask(supervisor, LONG, seed=[6])
    assert new
    await supervisor.stop([run.id, other.id])


async def test_what_a_lesson_asks_is_answered_before_somebody_does(supervisor: Supervisor, history: History) -> None:
    asked = {"array_and_tensor": ArrayAndTensor(), "timings": Timings()}
    answers = Answers()
    answers.keep("timings", "{}", b"of before")
    async with LessonRuns.open(history, supervisor) as runs:
        runs.prepare([Lesson("one", "One", "?", "!", experiments=asked)], answers)
        answer = await until(lambda: answers.get("array_and_tensor", "{}"))
    assert {each["about"] for each in json.loads(answer)["beside"]} >= {"jagged", "mixed", "gradient"}
    assert answers.get("timings", "{}") == b"of before"


async def test_a_choice_that_only_a_closed_page_waited_for_is_stopped(supervisor: Supervisor, history: History) -> None:
    trial = Trial("Long ones", LONG, {"hidden": [3, 4]}, {"seed": (20, 21)})
    lesson = Lesson("one", "One", "?", "!", trials={"long": trial})
    async with LessonRuns.open(history, supervisor, grace=0) as runs:
        first, _ = await runs.ask(lesson, "long")
        for chosen in ({"seed": 21}, {"seed": 20}):
            members, _ = await runs.ask(lesson, "long", chosen)
            with runs.watching(members[0].id), runs.watching(members[1].id):
                for run in members:
                    await Watcher(history, run.id).until(Steps)
            if chosen == {"seed": 21}:
                for run in members:
                    await Watcher(history, run.id).until(RunStopped)
        assert [run.id for run in members] == [run.id for run in first]
        assert {(await history.get(run.id)).state for run in first} == {"running"}
    await supervisor.stop([run.id for run in first])
