import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from app.learning.dataset import Digits
from app.learning.images import Images
from app.learning.learner import Learner
from app.learning.metrics_buffer import RING_NUMBERS, MetricsBuffer, Moment, to_host
from app.recipe import Recipe
from tests.learning.dispatched import Dispatched

CPU = torch.device("cpu")


@pytest.fixture
def learners(few_digits: Digits) -> list[Learner]:
    """Of two models and of one."""
    images = Images(Recipe(), few_digits, CPU)
    return [Learner(Recipe(seed=seed), images, CPU, rates) for seed, rates in ((0, [0.1, 0.2]), (1, [0.1]))]


def test_an_empty_buffer_gives_nothing(learners: list[Learner]) -> None:
    for fetched in MetricsBuffer(learners).fetch():
        assert (fetched.columns.steps, fetched.moments) == ([], [])


def test_what_was_noted_comes_back_by_learner_and_once(learners: list[Learner]) -> None:
    buffer = MetricsBuffer(learners)
    for step in (7, 8):
        for slot in buffer.slots():
            for at, metric in enumerate(slot):
                metric.fill_(10 * step + at)
        buffer.note(step, 12.34567)
    buffer.remember(moment := Moment(8, 1, shown=True), validate=True)
    buffer.remember(Moment(8, 1, kept=True), validate=False)
    both = buffer.fetch()
    for fetched, learner in zip(both, learners, strict=True):
        assert fetched.columns.steps == [7, 8]
        assert fetched.columns.milliseconds == [12.346, 12.346]
        assert fetched.columns.metrics is not None
        assert fetched.columns.metrics.tolist() == [
            [[10.0 * step + at] * learner.count for at in range(4)] for step in (7, 8)
        ]
        (first, values, figures), (_, _, nothing) = fetched.moments
        assert first is moment
        assert torch.equal(values, learner.snapshot())
        assert figures is not None
        assert figures.tolist() == learner.validate().tolist()
        assert nothing is None
    assert not buffer.fetch()[0].moments


def test_it_is_full_after_so_many_steps_and_bounded(learners: list[Learner]) -> None:
    buffer = MetricsBuffer(learners)
    assert 4 * 2 * buffer.room <= RING_NUMBERS
    for step in range(buffer.room):
        assert not buffer.full
        buffer.note(step + 1, 0.0)
    assert buffer.full
    buffer.fetch()
    assert not buffer.full


def test_a_flush_is_one_copy_from_the_device() -> None:
    """On a GPU that is only pretended: PyTorch tracks on which device each tensor would be."""
    with FakeTensorMode(), Dispatched() as dispatched:
        host = to_host([torch.zeros(size, device=torch.device("cuda")) for size in (6, 5, 785)])
    assert dispatched.to_host == 1
    assert [(part.device.type, len(part)) for part in host] == [("cpu", 6), ("cpu", 5), ("cpu", 785)]
    assert dispatched.count["aten::_local_scalar_dense"] == 0
