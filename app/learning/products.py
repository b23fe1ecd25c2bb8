"""The matrix products that nearly all of a step's time goes into."""

from collections.abc import Callable

import torch
from torch import Tensor

Product = Callable[[Tensor, Tensor], Tensor]
"""``product(a, b)`` is ``a @ b.T`` for a [n, k] and b [m, k], float32; one of the two may be a
transposed view of a contiguous matrix."""


def by_blas(a: Tensor, b: Tensor) -> Tensor:
    return torch.mm(a, b.t())


def by_onednn(a: Tensor, b: Tensor) -> Tensor:
    """oneDNN comes with PyTorch, which calls it for convolutions and compiled models but not for ``mm``. It uses the
    widest instructions of every maker's processors, where MKL, which ``mm`` calls, uses narrower ones on AMD's: half
    the time there (30 x 641 by 256 images: 60 µs for 108). Where the widest are AVX2's, MKL is faster (147 µs for 182
    on such an AMD; of 960 x 641 as fast)."""
    product: Tensor = torch.ops.mkldnn._linear_pointwise(a, b, None, "none", [], "")
    return product


def fastest(device: torch.device) -> Product:
    """oneDNN on a CPU where this PyTorch has it, unless AVX2's instructions are its widest; else what ``torch.mm``
    uses. The same at every call on one machine, since it decides the bits of a run."""
    if device.type != "cpu" or torch.backends.cpu.get_cpu_capability() == "AVX2":
        return by_blas
    a, b = torch.ones(1, 2), torch.ones(3, 2)
    try:
        return by_onednn if torch.equal(by_onednn(a, b), by_blas(a, b)) else by_blas
    except (AttributeError, RuntimeError, NotImplementedError):  # built without it, or with another signature
        return by_blas
