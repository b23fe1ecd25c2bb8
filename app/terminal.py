"""`threeseven train`: what the command line does with torch, in this process."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.checkpoint import Checkpoint
from app.controls import Act, Control
from app.events import EpochEnded, Event, RunFailed, RunFinished, RunStarted, RunStopped, Steps, Weights
from app.learning.dataset import DatasetError, load
from app.learning.train import train
from app.recipe import Recipe


class TrainingError(Exception):
    """The run could not start or failed; the message says what to do."""


class CtrlC:
    """Controls of a terminal: Ctrl-C stops the run after the step it is at."""

    def __init__(self) -> None:
        self._stop = False
        signal.signal(signal.SIGINT, self._on_signal)

    def _on_signal(self, *_: object) -> None:
        self._stop = True

    def take(self) -> tuple[None, Control] | None:
        return (None, Act(action="stop")) if self._stop else None


def in_terminal(recipe: Recipe, name: str, mnist_dir: Path | None, *, as_json: bool) -> None:
    """Raises TrainingError."""
    try:
        digits = load(mnist_dir)
    except DatasetError as error:
        raise TrainingError(str(error)) from None
    torch.set_num_threads(1)  # a second thread gains nothing for a net this small, and one makes runs repeatable
    items = train(recipe, digits, CtrlC(), run="terminal", name=name)
    events = (item for item in items if not isinstance(item, Checkpoint))
    last = _print_json(events) if as_json else _show_progress(events)
    if isinstance(last, RunFailed):
        raise TrainingError(last.reason)


def _print_json(events: Iterator[Event]) -> Event | None:
    event: Event | None = None
    for seq, event in enumerate(events, 1):
        if not isinstance(event, Weights):
            sys.stdout.write(event.encode(seq).decode() + "\n")
            sys.stdout.flush()
    return event


def _show_progress(events: Iterator[Event]) -> Event | None:
    console = Console()
    columns = TextColumn("epoch {task.fields[epoch]}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    event: Event | None = None
    with Progress(*columns, TextColumn("{task.fields[figures]}"), console=console) as progress:
        bar = progress.add_task("train", total=None, epoch=0, figures="")
        for event in events:
            match event:
                case RunStarted():
                    progress.update(bar, total=event.steps)
                    console.print(f"{event.parameters:,} parameters on {event.device_name}")
                case Steps():
                    progress.update(bar, completed=event.step[-1])
                case EpochEnded():
                    figures = f"loss {event.valid_loss:.4f}  accuracy {event.valid_accuracy:.2%}"
                    progress.update(bar, epoch=event.epoch, figures=figures)
    if isinstance(event, RunFinished | RunStopped) and event.summary.valid_accuracy is not None:
        s = event.summary
        console.print(
            f"{s.valid_accuracy:.2%} of validation images right at a loss of {s.valid_loss:.4f}, "
            f"in {s.seconds:.1f} s (baseline {s.baseline_accuracy:.2%})"
        )
    return event
