"""How what a worker sends gets into the logs, where that goes wrong."""

import time
from typing import NoReturn

import numpy as np
import pytest
from safetensors.numpy import save

from app.checkpoint import Checkpoint
from app.events import Event, RunFinished, RunPaused, RunQueued, RunResumed, Summary
from app.history.history import History
from app.history.unavailable import FULL, DiskFull
from app.recipe import Recipe
from app.record import Record
from app.running.active_run import NO_END, ActiveRun, log
from app.running.protocol import Logged, Saved
from tests.history.logs import epoch_ended, started

pytestmark = pytest.mark.anyio


async def active(history: History, run: str) -> ActiveRun:
    queued = RunQueued(run=run, name=run, recipe=Recipe(), place=1, time=time.time())
    return ActiveRun(await history.create(queued))


def logged(run: ActiveRun, seq: int, event: Event) -> tuple[ActiveRun, Logged]:
    return run, Logged("task", run.id, Record.of(event, seq))


def saved(run: ActiveRun, step: int, *, kept: bool) -> tuple[ActiveRun, Saved]:
    return run, Saved("task", run.id, Checkpoint(step=step, epoch=0, kept=kept, data=b"%d" % step))


async def test_a_log_that_cannot_go_on_stops_no_other(history: History) -> None:
    good, bad = await active(history, "good"), await active(history, "bad")
    sent = [
        logged(good, 2, RunPaused(step=0)),
        logged(bad, 3, RunPaused(step=0)),  # its record 2 is missing
        logged(good, 3, RunResumed(step=0)),
    ]
    assert await log(history, sent) == [bad]
    assert (good.run.seq, good.broken, bad.broken) == (3, False, True)
    assert [record.type for record in await history.read("good", 1)] == ["RunPaused", "RunResumed"]

    await bad.end(history, None)
    failed = await history.get("bad")
    assert (failed.state, failed.error) == ("failed", "The server met an error while logging the run (see its output).")
    await good.end(history, None)
    assert (await history.get("good")).error == NO_END
    seq = good.run.seq
    await good.end(history, "it has ended already")
    assert (await history.get("good")).seq == seq


async def test_a_disk_that_stays_full_is_the_reason_that_its_runs_fail(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await active(history, "first"), await active(history, "second")

    async def full(*_: object, **__: object) -> NoReturn:
        raise DiskFull("sqlite:///a.db", FULL)

    with monkeypatch.context() as patch:
        patch.setattr(history, "append_many", full)
        sent = [logged(one, 2, RunPaused(step=0)), logged(other, 2, RunPaused(step=0))]
        assert await log(history, sent) == [one, other]
    for run in one, other:
        await run.end(history, None)
        assert "since the disk is full" in ((await history.get(run.id)).error or "")


async def test_of_checkpoints_that_come_at_once_the_kept_and_the_newest_are_saved(history: History) -> None:
    one, other = await active(history, "one"), await active(history, "other")
    sent: list[tuple[ActiveRun, Logged | Saved]] = [
        saved(one, 1, kept=True),
        saved(one, 2, kept=False),
        saved(other, 5, kept=False),
        saved(one, 3, kept=False),
        logged(other, 2, RunFinished(step=6, summary=Summary(), time=0)),
    ]
    assert await log(history, sent) == []
    newest = [await history.checkpoint("one", step) for step in (None, 2)]
    assert [found and found.step for found in newest] == [3, 1]
    assert not other.active


@pytest.mark.parametrize("says", [{"summary": Summary(valid_loss=0.4, best_valid_accuracy=0.9).model_dump_json()}, {}])
async def test_a_run_whose_worker_goes_while_it_stops_is_summed_up_with_its_newest_kept_model(
    history: History, says: dict[str, str]
) -> None:
    """Its log goes on to the end of an epoch whose model is not kept."""
    id = "tells" if says else "keeps nothing"
    run = await active(history, id)
    sent: list[tuple[ActiveRun, Logged | Saved]] = [logged(run, 2, started(id)), logged(run, 3, epoch_ended(1, 10))]
    if says:
        data = save({"a": np.zeros(1)}, says)
        sent += [
            (run, Saved("task", run.id, Checkpoint(step=step, epoch=0, kept=step == 0, data=data))) for step in (0, 10)
        ]
    assert await log(history, sent) == []
    run.stopping = True
    await run.end(history, None)
    ended = await history.get(id)
    expected = Summary(
        valid_loss=0.4 if says else None, best_valid_accuracy=0.98, baseline_accuracy=0.95, seconds=0.005
    )
    assert (ended.state, ended.summary) == ("stopped", expected)
