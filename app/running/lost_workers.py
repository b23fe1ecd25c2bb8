"""Which runs go on in another worker when theirs was lost, and from where."""

import time

from app.events import WorkerLost
from app.history.damage import Damaged
from app.history.history import History
from app.recipe import LEARNER
from app.run import Run

MOST_AT_A_STEP = 3
"""Workers that a run may lose at one step: one that was killed by chance has been killed once, and a recipe that kills
each of its workers is to end."""

MOST = 20
"""That it may lose in all."""


async def lost(history: History, run: Run, reason: str) -> WorkerLost | str:
    """What the log of a run is to say whose worker was lost for this reason: that it waits for another, or why it
    fails."""
    try:
        before = [event async for event in history.lost_workers(run.id)]
        kept = await history.newest_kept(run.id)
    except Damaged:
        return reason
    if kept is None or run.learner != LEARNER:
        return reason
    if sum(event.step == run.step for event in before) >= MOST_AT_A_STEP:
        return f"{reason} That was the fourth worker lost after step {run.step:,}: the run is not tried again."
    if len(before) >= MOST:
        return f"{reason} The run has lost {MOST} workers before: it is not tried again."
    return WorkerLost(step=run.step, checkpoint=kept, reason=reason, time=time.time())
