import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from app.learning.dataset import Digits
from app.learning.images import Images
from app.learning.learner import Learner
from app.learning.metrics_buffer import RING_NUMBERS, Fetched, MetricsBuffer, Moment
from app.recipe import Recipe

CPU = torch.device("cpu")


@pytest.fixture
def learners(few_digits: Digits) -> list[Learner]:
    """Of two models and of one."""
    images = Images(Recipe(), few_digits, CPU)
    return [Learner(Recipe(seed=seed), images, CPU, rates) for seed, rates in ((0, [0.1, 0.2]), (1, [0.1]))]


def fetch(buffer: MetricsBuffer) -> list[Fetched]:
    buffer.send()
    return buffer.receive()


def test_an_empty_buffer_gives_nothing(learners: list[Learner]) -> None:
    for fetched in fetch(MetricsBuffer(learners)):
        assert (fetched.columns.steps, fetched.snapshots) == ([], [])


def test_what_was_noted_comes_back_by_learner_and_once(learners: list[Learner]) -> None:
    buffer = MetricsBuffer(learners)
    for step in (7, 8):
        for ring in buffer.rings:
            for at, metric in enumerate(ring[buffer.slot]):
                metric.fill_(10 * step + at)
        buffer.note(step, 12.34567)
    buffer.remember(moment := Moment(8, 1, shown=True), validate=True)
    buffer.remember(Moment(8, 1, kept=True), validate=False)
    both = fetch(buffer)
    for fetched, learner in zip(both, learners, strict=True):
        columns = fetched.columns
        assert columns.steps == [7, 8]
        assert columns.milliseconds == [12.346, 12.346]
        sizes = np.array([256, 256])  # steps 7 and 8 are the first two of an epoch of three
        for got, expected in (
            (columns.loss, [70, 80] / sizes),
            (columns.accuracy, [71, 81] / sizes),
            (columns.gradient_norm, np.hypot([72, 82], [73, 83])),
        ):
            assert got.tolist() == [expected.tolist()] * learner.count
        assert columns.bad == [None] * learner.count
        first, second = fetched.snapshots
        assert first.moment is moment
        assert torch.equal(first.values, learner.snapshot())
        assert first.figures is not None
        assert first.figures.tolist() == learner.validate().tolist()
        assert not first.broken.any()
        assert second.figures is None
    assert not fetch(buffer)[0].snapshots


def test_what_is_no_number_is_found_by_model(learners: list[Learner]) -> None:
    buffer = MetricsBuffer(learners)
    for step in (1, 2):
        for ring in buffer.rings:
            ring[buffer.slot] = 1
        buffer.note(step, 0.0)
    buffer.rings[0][buffer.slot] = torch.nan  # the next one's, which nobody has noted
    learners[0].parameters.second[1, 0] = torch.inf
    learners[1].parameters.first[3, 5] = torch.nan
    buffer.remember(Moment(2, 0), validate=False)
    both = fetch(buffer)
    assert [fetched.snapshots[0].broken.tolist() for fetched in both] == [[False, True], [True]]
    buffer.rings[0][0, :, :] = 1
    buffer.rings[0][0, 0, 1] = torch.nan  # loss
    buffer.rings[1][0, 3, 0] = torch.inf  # a norm
    buffer.note(3, 0.0)
    assert [fetched.columns.bad for fetched in fetch(buffer)] == [[None, 3], [3]]


def test_it_is_full_after_so_many_steps_and_bounded(learners: list[Learner]) -> None:
    buffer = MetricsBuffer(learners)
    assert 4 * 2 * buffer.room <= RING_NUMBERS
    for step in range(buffer.room):
        assert not buffer.full
        buffer.note(step + 1, 0.0)
    assert buffer.full
    fetch(buffer)
    assert not buffer.full


def test_on_a_gpu_one_copy_may_be_under_way_while_the_next_steps_are_taken(few_digits: Digits) -> None:
    """On a GPU that is only pretended."""
    meta, cuda = torch.device("meta"), torch.device("cuda")
    learner = Learner(Recipe(), Images(Recipe(), few_digits, meta), meta, [0.1])
    with FakeTensorMode():
        learner.device = cuda
        buffer = MetricsBuffer([learner])
    assert [ring.device.type for ring in buffer.rings] == ["cuda"]
    assert buffer.behind == 1


def test_what_is_sent_is_not_what_comes_after(learners: list[Learner]) -> None:
    """A copy that is still under way is not overwritten by the next steps."""
    buffer = MetricsBuffer(learners)
    for value in (1.0, 2.0, 3.0):
        for ring in buffer.rings:
            ring[buffer.slot] = value
        buffer.note(int(value), 0.0)
        buffer.send()
    assert buffer.sent == 3
    for value in (1.0, 2.0, 3.0):
        for fetched in buffer.receive():
            assert fetched.columns.steps == [value]
            assert (fetched.columns.gradient_norm == np.hypot(value, value)).all()
    assert buffer.sent == 0
