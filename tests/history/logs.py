"""Small logs to keep a history of."""

from typing import Any

from app.events import (
    Baseline,
    CheckpointSaved,
    EpochEnded,
    Event,
    RunFinished,
    RunQueued,
    RunStarted,
    Steps,
    Summary,
    Units,
    Weights,
)
from app.recipe import Recipe
from app.record import Record

UNITS = Units(bias=[0.0], output_weight=[1.0])


def queued(run: str = "run", place: int = 1, **more: Any) -> RunQueued:
    fields = {"name": f"textbook {run}", "recipe": Recipe(), "time": 1000.0} | more
    return RunQueued(run=run, place=place, **fields)


def started(run: str = "run", time: float = 1001.0) -> RunStarted:
    return RunStarted(
        run=run,
        name=f"textbook {run}",
        recipe=Recipe(),
        device="cpu",
        device_name="CPU",
        steps=1960,
        steps_per_epoch=49,
        parameters=23_581,
        train_images=12_396,
        valid_images=2_038,
        baseline=Baseline(l1=0.95, l2=0.96),
        units=UNITS,
        time=time,
    )


def steps(first: int, count: int = 1) -> Steps:
    column = [0.5] * count
    return Steps(
        step=list(range(first, first + count)),
        loss=column,
        accuracy=column,
        learning_rate=column,
        gradient_norm=column,
        milliseconds=column,
    )


def weights(step: int, size: int = 784) -> Weights:
    return Weights(step=step, scale=0.5, units=1, height=1, width=size, values=bytes(size))


def epoch_ended(epoch: int, step: int) -> EpochEnded:
    return EpochEnded(
        epoch=epoch,
        step=step,
        train_loss=0.1,
        valid_loss=0.1,
        valid_accuracy=0.98,
        confusion=[[1010, 0], [0, 1028]],
        units=UNITS,
        milliseconds=5.0,
    )


def finished(step: int) -> RunFinished:
    return RunFinished(step=step, summary=Summary(valid_accuracy=0.98), time=1002.0)


def whole_run(run: str = "run", epochs: int = 3) -> list[Event]:
    """Everything after RunQueued."""
    log: list[Event] = [started(run), weights(0)]
    for epoch in range(1, epochs + 1):
        log += [steps(epoch * 10 - 9, 10), weights(epoch * 10), epoch_ended(epoch, epoch * 10)]
        log += [CheckpointSaved(step=epoch * 10, epoch=epoch)]
    return [*log, finished(epochs * 10)]


def numbered(log: list[Event], first: int = 2) -> list[Record]:
    return [Record.of(event, seq) for seq, event in enumerate(log, first)]
