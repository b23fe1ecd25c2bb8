"""What the server itself writes into a run's log: last events of runs without a worker, or whose worker has gone."""

import time

from app.events import Event, RunFailed, RunInterrupted, RunStopped, Summary
from app.record import Record
from app.run import Run

SERVER_STOPPED = "The server was stopped before the run had ended."
SERVER_DIED = "The server ended without warning, and the run with it."
LEADER_DIED = "The server that led ended without warning, and its workers with it."


def stopped(run: Run, summary: Summary) -> RunStopped:
    """``summary`` tells of the newest model that is kept of it: the history has it."""
    return RunStopped(step=run.step, summary=summary, time=time.time())


def failed(run: Run, reason: str) -> RunFailed:
    return RunFailed(step=run.step, reason=reason, summary=run.summary, time=time.time())


def interrupted(run: Run, reason: str) -> RunInterrupted:
    return RunInterrupted(step=run.step, reason=reason, summary=run.summary, time=time.time())


def records(run: Run, *events: Event) -> list[Record]:
    """The next records of its log."""
    return [Record.of(event, run.seq + i) for i, event in enumerate(events, 1)]
