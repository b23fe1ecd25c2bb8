"""Copies between the CPU and a device, both ways, made so that the device computes on meanwhile.

A CUDA device copies memory while it computes where that is pinned. With any other device a copy is waited for.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def overlaps(device: torch.device) -> bool:
    """Whether a copy from or to the device can be under way while it computes."""
    return device.type == "cuda"


def to_device(tensor: Tensor, device: torch.device) -> Tensor:
    """A tensor of the CPU on the device. Does not wait for it: what the device does next waits."""
    if not overlaps(device):
        return tensor.to(device)
    pinned = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True).copy_(tensor)
    return pinned.to(device, non_blocking=True)


class HostCopy:
    """Vectors on their way from a device to the CPU, in one copy. The next steps can be given to the device before it
    has taken the ones that are copied."""

    def __init__(self, parts: Sequence[Tensor]) -> None:
        self._sizes = [len(part) for part in parts]
        whole = torch.cat(list(parts))
        self._copied: torch.cuda.Event | None = None
        if overlaps(whole.device):
            self._host = torch.empty(whole.shape, pin_memory=True)
            self._host.copy_(whole, non_blocking=True)
            self._copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
            self._copied.record()
        else:
            self._host = whole.cpu()

    def wait(self) -> Sequence[Tensor]:
        """The vectors, on the CPU, once they have come."""
        if self._copied is not None:
            self._copied.synchronize()
        return torch.split(self._host, self._sizes)
