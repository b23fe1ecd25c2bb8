"""What has happened in a run since the last flush: it waits on the device and is fetched in one copy."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from app.events import Steps

METRICS = 3
"""Loss, accuracy, norm of the gradient."""


@dataclass(frozen=True)
class Snapshot:
    """All parameters after a step. ``shown``: its weight images go to viewers. ``kept``: it goes to disk."""

    step: int
    epoch: int
    values: Tensor
    shown: bool
    kept: bool


@dataclass
class MetricsBuffer:
    steps: list[int] = field(default_factory=list)
    learning_rates: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    metrics: list[Tensor] = field(default_factory=list)
    """Scalars, ``METRICS`` of each step."""
    snapshots: list[Snapshot] = field(default_factory=list)
    validation: Tensor | None = None
    """What ``Learner.validate`` gives."""

    def note(self, step: int, learning_rate: float, milliseconds: float, metrics: tuple[Tensor, ...]) -> None:
        self.steps.append(step)
        self.learning_rates.append(learning_rate)
        self.milliseconds.append(milliseconds)
        self.metrics += metrics

    def fetch(self) -> "Fetched":
        """Everything noted, on the CPU. Waits for the device once."""
        host = iter(self.gather())
        return Fetched(
            steps=self._columns(next(host)) if self.metrics else None,
            validation=next(host).tolist() if self.validation is not None else None,
            snapshots=[replace(snapshot, values=values) for snapshot, values in zip(self.snapshots, host, strict=True)],
        )

    def gather(self) -> Sequence[Tensor]:
        """Metrics, validation and the snapshots' values, those that there are, brought to the CPU in one copy."""
        parts = [torch.stack(self.metrics)] if self.metrics else []
        parts += [self.validation] if self.validation is not None else []
        parts += [snapshot.values for snapshot in self.snapshots]
        return torch.split(torch.cat(parts).cpu(), [len(part) for part in parts]) if parts else ()

    def _columns(self, metrics: Tensor) -> Steps:
        loss, accuracy, norm = metrics.view(-1, METRICS).t().tolist()
        return Steps(
            step=self.steps,
            loss=loss,
            accuracy=accuracy,
            learning_rate=self.learning_rates,
            gradient_norm=norm,
            milliseconds=[round(ms, 3) for ms in self.milliseconds],
        )


@dataclass(frozen=True)
class Fetched:
    """A buffer's contents on the CPU."""

    steps: Steps | None
    validation: list[float] | None
    snapshots: list[Snapshot]
