"""Runs from their first event to their last."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from app.checkpoint import Checkpoint
from app.events import Event, RunFailed, RunFinished, RunStopped, Summary
from app.learning.controls import Controls as Controls
from app.learning.dataset import Digits
from app.learning.device import DeviceUnavailable, choose
from app.learning.divergence import Diverged
from app.learning.loop import Stopped, TrainingLoop
from app.learning.loop import Wait as Wait
from app.recipe import Recipe

Clock = Callable[[], float]

POLL_SECONDS = 0.05
"""How soon ``train`` notices a control that comes while it waits."""


class Member(NamedTuple):
    """One of the runs that train together."""

    run: str
    name: str
    recipe: Recipe


class Emission(NamedTuple):
    """Something that happened in a run, or its model."""

    run: str
    what: Event | Checkpoint


def train_members(
    members: Sequence[Member],
    digits: Digits,
    controls: Controls,
    *,
    clock: Clock = time.perf_counter,
    now: Clock = time.time,
) -> Iterator[Emission | Wait]:
    """Train, and emit what happens: of each run RunStarted first, exactly one of RunFinished, RunStopped and RunFailed
    last.

    It knows nobody, never sleeps and never blocks: where no step is due it yields Wait, and when resumed, however
    early, asks ``controls`` and the clock again. At full speed it emits about every 30 ms. The same recipe, digits,
    device and clock give the same events and the same weights, bit for bit. ``clock`` counts seconds from anywhere,
    ``now`` is Unix time.
    """
    (member,) = members
    for what in _train(member, digits, controls, clock, now):
        yield what if isinstance(what, Wait) else Emission(member.run, what)


def train(
    recipe: Recipe,
    digits: Digits,
    controls: Controls,
    *,
    run: str = "run",
    name: str = "run",
    clock: Clock = time.perf_counter,
    now: Clock = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Event | Checkpoint]:
    """Train one run, which see above, and sleep by itself where no step is due."""
    for each in train_members([Member(run, name, recipe)], digits, controls, clock=clock, now=now):
        if isinstance(each, Emission):
            yield each.what
        else:
            sleep(POLL_SECONDS if each.until is None else min(POLL_SECONDS, max(0.0, each.until - clock())))


def _train(
    member: Member, digits: Digits, controls: Controls, clock: Clock, now: Clock
) -> Iterator[Event | Checkpoint | Wait]:
    try:
        device = choose(member.recipe.device)
    except DeviceUnavailable as error:
        yield RunFailed(step=0, reason=str(error), summary=Summary(), time=now())
        return
    loop = TrainingLoop(member.run, member.recipe, digits, controls, device, clock)
    yield loop.started(member.name, now())
    try:
        yield from loop.run()
    except Stopped:
        yield RunStopped(step=loop.step, summary=loop.summary(), time=now())
    except Diverged as diverged:
        yield RunFailed(step=diverged.step, reason=str(diverged), summary=loop.summary(), time=now())
    else:
        yield RunFinished(step=loop.step, summary=loop.summary(), time=now())
