"""How a learner's steps are given to its device: operation by operation, or on CUDA as one captured graph each.

``train_members`` steps operation by operation unless it is told otherwise. Graphs are off by default: they have been
tested without a GPU (as the same fixed program, played eagerly), and not yet on one.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from app.learning.learner import METRICS, Batch, Learner

Program = Callable[[], None]


class Stepper(Protocol):
    """Of one learner, whose metrics go to ``ring`` [room, METRICS, models]."""

    def shuffle(self, epoch: int) -> None:
        """As ``Learner.shuffle``."""

    def step(self, batch: int, slot: int) -> None:
        """Learn from one batch of the epoch, from 0. Write its metrics into this row of the ring."""


Stepping = Callable[[Learner, Tensor], Stepper]


class Plain:
    """Operation by operation."""

    def __init__(self, learner: Learner, ring: Tensor) -> None:
        self.shuffle = learner.shuffle
        self._step = learner.step
        self._slots = [slot.unbind(0) for slot in ring.unbind(0)]

    def step(self, batch: int, slot: int) -> None:
        self._step(batch, self._slots[slot])


def cuda_graph(program: Program) -> Program:
    """Run it three times, as PyTorch asks before a capture, on a stream of their own; then capture it."""
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            program()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        program()
    replay: Program = graph.replay
    return replay


class Captured:
    """One graph for each size of a batch. A graph always does the same to the same memory: what differs from step to
    step (which images, which row of the ring, the step's number) it finds by counters on the device, which it moves on.

    ``capture`` makes a replay of a program, which it may run a few times before (the ring has four rows or more).
    """

    def __init__(self, learner: Learner, ring: Tensor, capture: Callable[[Program], Program] = cuda_graph) -> None:
        self._learner, self._ring, self._capture = learner, ring, capture
        device, size = ring.device, max(learner.batch_sizes)
        self._metrics = torch.zeros(METRICS, learner.count, device=device)
        self._range = torch.arange(size, device=device)
        self._image, self._slot, self._taken = torch.zeros(3, 1, dtype=torch.int64, device=device).unbind(0)
        self._expected = (0, 0, 0)
        """The numbers in ``_image``, ``_slot`` and ``_taken``."""
        self._scales = self._scales_by_step()
        self._replays: dict[int, Program] = {}
        self._epoch: Batch | None = None

    def shuffle(self, epoch: int) -> None:
        self._learner.shuffle(epoch)
        new = self._learner.epoch
        if self._epoch is None:
            self._epoch = Batch(*(None if each is None else each.clone() for each in new))  # type: ignore[arg-type]
            return
        for mine, its in zip(self._epoch, new, strict=True):
            if mine is not None and its is not None:
                mine.copy_(its)

    def step(self, batch: int, slot: int) -> None:
        learner = self._learner
        size, image = learner.batch_sizes[batch], batch * learner.recipe.batch_size
        self._set((image, slot, learner.taken))
        if size not in self._replays:
            self._replays[size] = self._captured(size)
        self._replays[size]()
        learner.taken += 1
        self._expected = (image + size, slot + 1, learner.taken)

    def _set(self, wanted: tuple[int, int, int]) -> None:
        for counter, value, held in zip(self._counters, wanted, self._expected, strict=True):
            if value != held:
                counter.fill_(value)
        self._expected = wanted

    @property
    def _counters(self) -> tuple[Tensor, Tensor, Tensor]:
        return self._image, self._slot, self._taken

    def _captured(self, size: int) -> Program:
        """Whatever the capture has run is undone."""
        optimizer = self._learner.optimizer
        changed = [*optimizer.values, *(each for state in optimizer.state.values() for each in state), self._ring]
        changed += self._counters
        before = [each.clone() for each in changed]

        def program() -> None:
            self._take(size)

        for counter in self._counters:
            counter.zero_()  # or what runs before would pass the ends of epoch and ring
        replay = self._capture(program)
        for each, value in zip(changed, before, strict=True):
            each.copy_(value)
        return replay

    def _take(self, size: int) -> None:
        assert self._epoch is not None
        rows = (self._range[:size] + self._image).clamp_(max=len(self._epoch.indices) - 1)
        parts = [None if each is None else each.index_select(0, rows) for each in self._epoch]
        scales: Sequence[Tensor] = ()
        if self._scales is not None:
            step = self._taken.clamp(max=len(self._scales) - 1)
            scales = self._scales.index_select(0, step).squeeze(0).unbind(0)
        self._learner.learn(Batch(*parts), self._metrics.unbind(0), scales)  # type: ignore[arg-type]
        self._ring.index_copy_(0, self._slot, self._metrics.unsqueeze(0))
        self._image += size
        self._slot += 1
        self._taken += 1

    def _scales_by_step(self) -> Tensor | None:
        """The optimizer's, of step 1 in row 0, up to where float32 tells them from their limit no more."""
        scales = self._learner.optimizer.scales
        if not scales(1):
            return None
        limit, rows = np.array(scales(10**9), np.float32), [np.array(scales(1), np.float32)]
        while (rows[-1] != limit).any():
            rows.append(np.array(scales(len(rows) + 1), np.float32))
        return torch.from_numpy(np.stack(rows)).to(self._ring.device)
