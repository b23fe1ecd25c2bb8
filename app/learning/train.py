"""A run from its first event to its last."""

import time
from collections.abc import Callable, Iterator

from app.checkpoint import Checkpoint
from app.events import Event, RunFailed, RunFinished, RunStopped, Summary
from app.learning.controls import Controls as Controls
from app.learning.dataset import Digits
from app.learning.device import DeviceUnavailable, choose
from app.learning.divergence import Diverged
from app.learning.loop import Stopped, TrainingLoop
from app.recipe import Recipe


def train(
    recipe: Recipe,
    digits: Digits,
    controls: Controls,
    *,
    run: str = "run",
    name: str = "run",
    clock: Callable[[], float] = time.perf_counter,
    now: Callable[[], float] = time.time,
) -> Iterator[Event | Checkpoint]:
    """Train, and emit what happens: RunStarted first, exactly one of RunFinished, RunStopped and RunFailed last.

    It does not know who listens and never sleeps: to pause, or to go slowly, it waits in ``controls.take``. The same
    recipe, digits, device and clock give the same events and the same weights, bit for bit. ``clock`` counts seconds
    from anywhere, ``now`` is Unix time.
    """
    try:
        device = choose(recipe.device)
    except DeviceUnavailable as error:
        yield RunFailed(step=0, reason=str(error), summary=Summary(), time=now())
        return
    loop = TrainingLoop(run, recipe, digits, controls, device, clock)
    yield loop.started(name, now())
    try:
        yield from loop.run()
    except Stopped:
        yield RunStopped(step=loop.step, summary=loop.summary(), time=now())
    except Diverged as diverged:
        yield RunFailed(step=diverged.step, reason=str(diverged), summary=loop.summary(), time=now())
    else:
        yield RunFinished(step=loop.step, summary=loop.summary(), time=now())
