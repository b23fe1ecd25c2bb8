import pytest
import torch

from app.learning.metrics_buffer import MetricsBuffer, Snapshot


def scalars(*values: float) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor(value) for value in values)


def test_an_empty_ledger_gives_nothing() -> None:
    fetched = MetricsBuffer().fetch()
    assert (fetched.steps, fetched.validation, fetched.snapshots) == (None, None, [])


def test_what_was_noted_comes_back_as_columns() -> None:
    buffer = MetricsBuffer()
    buffer.note(7, 0.1, 12.34567, scalars(0.5, 0.75, 2.0))
    buffer.note(8, 0.2, 13.0, scalars(0.25, 1.0, float("inf")))
    buffer.validation = torch.tensor([0.125, 1, 2, 3, 4])
    buffer.snapshots.append(Snapshot(8, 1, torch.tensor([5.0, 6.0]), shown=True, kept=False))
    fetched = buffer.fetch()
    assert fetched.steps is not None
    assert fetched.steps.model_dump() == {
        "step": [7, 8],
        "loss": [0.5, 0.25],
        "accuracy": [0.75, 1.0],
        "learning_rate": [0.1, 0.2],
        "gradient_norm": [2.0, float("inf")],
        "milliseconds": [12.346, 13.0],
    }
    assert fetched.validation == [0.125, 1, 2, 3, 4]
    assert [(s.step, s.epoch, s.values.tolist(), s.shown, s.kept) for s in fetched.snapshots] == [
        (8, 1, [5.0, 6.0], True, False)
    ]


def test_each_part_can_be_missing() -> None:
    buffer = MetricsBuffer()
    buffer.snapshots.append(Snapshot(0, 0, torch.tensor([1.0]), shown=True, kept=False))
    fetched = buffer.fetch()
    assert fetched.steps is None
    assert fetched.snapshots[0].values.tolist() == pytest.approx([1.0])
