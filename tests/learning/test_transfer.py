"""On a GPU that is only pretended: PyTorch tracks on which device each tensor would be."""

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from app.learning.transfer import HostCopy, to_device
from tests.learning.dispatched import Dispatched

CUDA = torch.device("cuda")


class Event:
    """A CUDA event without CUDA."""

    waits = 0

    def record(self) -> None:
        pass

    def synchronize(self) -> None:
        Event.waits += 1


def test_a_flush_is_one_copy_from_the_device_and_one_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(Event, "waits", 0)
    with FakeTensorMode(), Dispatched() as dispatched:
        copy = HostCopy([torch.zeros(size, device=CUDA) for size in (6, 5, 785)])
        assert Event.waits == 0
        host = copy.wait()
    assert Event.waits == 1
    assert (dispatched.to_host, dispatched.pinned, dispatched.blocking) == (1, 1, 0)
    assert [(part.device.type, len(part)) for part in host] == [("cpu", 6), ("cpu", 5), ("cpu", 785)]
    assert dispatched.count["aten::_local_scalar_dense"] == 0


def test_what_goes_to_the_device_is_not_waited_for() -> None:
    with FakeTensorMode(), Dispatched() as dispatched:
        sent = to_device(torch.arange(785), CUDA)
    assert (sent.device.type, len(sent)) == ("cuda", 785)
    assert (dispatched.pinned, dispatched.blocking) == (1, 0)


def test_a_copy_that_the_host_waits_for_is_seen_as_one() -> None:
    with FakeTensorMode(), Dispatched() as dispatched:
        torch.zeros(3).to(CUDA)
        torch.zeros(3, device=CUDA).cpu()
    assert (dispatched.to_host, dispatched.pinned, dispatched.blocking) == (1, 0, 2)


def test_where_nothing_can_overlap_the_vectors_are_the_same() -> None:
    sent = to_device(torch.arange(5), torch.device("cpu"))
    assert [part.tolist() for part in HostCopy([sent[:2], sent[2:]]).wait()] == [[0, 1], [2, 3, 4]]
