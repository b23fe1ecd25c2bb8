"""Runs from their first event to their last."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from app.checkpoint import Checkpoint
from app.events import Event, RunFailed, Summary
from app.learning.controls import Controls as Controls
from app.learning.dataset import Digits
from app.learning.device import DeviceUnavailable, choose
from app.learning.loop import Clock, TrainingLoop
from app.learning.loop import Emission as Emission
from app.learning.loop import Member as Member
from app.learning.loop import Wait as Wait
from app.learning.prepared import Prepared
from app.learning.replay import Replay
from app.learning.stepping import Plain, Stepping
from app.recipe import Recipe
from app.recording import Recording
from app.resumption import Resumption
from app.sweep import groups

POLL_SECONDS = 0.05
"""How soon ``train`` notices a control that comes while it waits."""


def train_members(
    members: Sequence[Member],
    digits: Digits,
    controls: Controls,
    *,
    recording: Recording | None = None,
    prepared: Prepared | None = None,
    clock: Clock = time.perf_counter,
    now: Clock = time.time,
    stepping: Stepping = Plain,
    resumptions: Mapping[str, Resumption] | None = None,
) -> Iterator[Emission | Wait]:
    """Train runs together, and emit what happens: of each RunStarted first, and last exactly one of RunFinished,
    RunStopped and RunFailed.

    It knows nobody, never sleeps and never blocks: where no step is due it yields Wait, and when resumed, however
    early, asks ``controls`` and the clock again. At full speed it emits about every 30 ms. The same recipes, digits,
    device, number of threads and clock give the same events and weights, bit for bit; a run's losses are those that it
    has alone, within 1e-5. ``recording`` says which weights are shown and which models are kept, ``stepping`` how steps
    are given to the device; ``prepared`` is what earlier runs have computed of the same digits. ``clock`` counts
    seconds from anywhere, ``now`` is Unix time.

    With ``resumptions``, of each member that has not ended, only what follows the end of its log is emitted, the same
    bits as if its worker had not been lost, by the same kind of device; where they are not the same, RunFailed. Until
    the logs' end is reached only stops are obeyed.

    Raises ValueError for runs whose recipes differ in more than seed and learning rate, or that ``app.sweep.groups``
    divides, for resumptions from several steps or not of all, and from a model that lacks what is needed.
    """
    recipes, ids = [member.recipe for member in members], {member.run for member in members}
    if len(groups(recipes)) != 1 or len(ids) < len(members):
        raise ValueError("runs that train together differ in id, seed and learning rate, and in nothing else")
    said = resumptions or {}
    on = [member.run for member in members if not member.ended]
    if said and set(said) != set(on):
        raise ValueError("runs that train together go on together")
    replay = Replay(said) if said else None
    try:
        device = choose(next((each.device for each in said.values() if each.device), members[0].recipe.device))
    except DeviceUnavailable as error:
        for run in on:
            step, summary = (said[run].last, said[run].summary) if said else (0, Summary())
            yield Emission(run, RunFailed(step=step, reason=str(error), summary=summary, time=now()))
        return
    prepared = prepared or Prepared(digits)
    yield from TrainingLoop(members, prepared, controls, device, recording, clock, now, stepping, replay).run()


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
    """Train one run as ``train_members`` does, sleeping where no step is due."""
    for each in train_members([Member(run, name, recipe)], digits, controls, clock=clock, now=now):
        if isinstance(each, Emission):
            yield each.what
        else:
            sleep(POLL_SECONDS if each.until is None else min(POLL_SECONDS, max(0.0, each.until - clock())))
