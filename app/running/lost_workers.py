"""Which runs go on in another worker when theirs was lost, and from where."""

import time

from app.controls import SetPace, SetSpeed
from app.events import Controlled, Event, WorkerLost, WorkerReplaced
from app.history.damage import Damaged
from app.history.history import History
from app.recipe import LEARNER
from app.run import Run
from app.running.endings import LEADER_DIED, SERVER_DIED, interrupted, stopped
from app.running.queue import Waiting, is_paced

MOST_AT_A_STEP = 3
"""Workers that a run may lose at one step: one that was killed by chance has been killed once, and a recipe that kills
each of its workers is to end. One that pauses does nothing by which it could."""

MOST = 20
"""That it may lose in all."""


async def lost(history: History, run: Run, reason: str) -> WorkerLost | str:
    """What the log of a run is to say whose worker was lost for this reason: that it waits for another, or why it
    fails."""
    try:
        before = await history.events(run.id, WorkerLost)
        replaced = await history.events(run.id, WorkerReplaced)
        kept = await history.newest_kept(run.id)
    except Damaged:
        return reason
    if kept is None or run.learner != LEARNER:
        return reason
    pauses = run.state == "paused" and len(replaced) == len(before)
    if not pauses and sum(event.step == run.step for event in before) >= MOST_AT_A_STEP:
        return f"{reason} That was the fourth worker lost after step {run.step:,}: the run is not tried again."
    if len(before) >= MOST:
        return f"{reason} The run has lost {MOST} workers before: it is not tried again."
    return WorkerLost(step=run.step, checkpoint=kept, reason=reason, time=time.time())


async def left_behind(history: History, run: Run) -> tuple[Waiting | None, Event | None]:
    """What becomes of an active run whose server is gone: what it is in the queue, None where it has ended, and what
    its log is to say."""
    if not history.took_over or run.sweep is not None:
        return None, interrupted(run, SERVER_DIED)
    lesson = run.origin == "lesson"
    if run.state == "queued":
        return Waiting([run.id], lesson=lesson), None
    try:
        if any(event.what == "stop" for event in await history.events(run.id, Controlled)):
            return None, stopped(run)
    except Damaged:
        return None, interrupted(run, SERVER_DIED)
    event = await lost(history, run, LEADER_DIED)
    if isinstance(event, str):
        return None, interrupted(run, event)
    speed = SetPace(pace=run.pace) if run.pace else SetSpeed(steps_per_second=run.steps_per_second)
    held = lesson and run.state == "paused"
    return Waiting([run.id], lesson=lesson, goes_on=True, held=held, paced=bool(is_paced(speed))), event
