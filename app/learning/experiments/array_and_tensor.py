"""The same lines of Python with a NumPy array and with a PyTorch tensor, and what each library says to them."""

from collections.abc import Generator, Mapping
from typing import Any, Literal

import numpy as np
import torch

from app.experiments import ArrayAndTensor, ArrayAndTensorAnswer, Beside, Ran
from app.learning.dataset import Digits

About = Literal["jagged", "objects", "mixed", "backwards", "too_many", "gradient"]

LINES: Mapping[About, tuple[str, str]] = {
    "jagged": ("np.array([[1, 2], [3]])", "torch.tensor([[1, 2], [3]])"),
    "objects": ("np.array([[1, 2], [3]], dtype=object)", "torch.tensor([[1, 2], [3]], dtype=object)"),
    "mixed": ('np.array([1.0, "two"])', 'torch.tensor([1.0, "two"])'),
    "backwards": ("np.arange(3)[::-1]", "torch.arange(3)[::-1]"),
    "too_many": ("np.zeros((2, 28, 28))[1, 5, 14, 0]", "torch.zeros((2, 28, 28))[1, 5, 14, 0]"),
    "gradient": (
        "x = np.array([1.0, 2.0])\n(x ** 2).sum().backward()",
        "x = torch.tensor([1.0, 2.0], requires_grad=True)\n(x ** 2).sum().backward()\nx.grad",
    ),
}
"""NumPy's and PyTorch's."""


def array_and_tensor(_: ArrayAndTensor, digits: Digits) -> Generator[None, None, ArrayAndTensorAnswer]:
    """Runs nothing but LINES."""
    yield
    beside = []
    for about, (array, tensor) in LINES.items():
        beside.append(Beside(about=about, numpy=run(array), torch=run(tensor)))
        yield
    return ArrayAndTensorAnswer(numpy=np.__version__, torch=torch.__version__, beside=beside)


def run(code: str) -> Ran:
    """Return what the last line gives, or the first sentence of why there is nothing."""
    names: dict[str, Any] = {"np": np, "torch": torch}
    *before, last = code.split("\n")
    try:
        exec("\n".join(before), names)
        shown = repr(eval(last, names))
    except Exception as error:  # whatever a library refuses with is the answer
        return Ran(code=code, shown=f"{type(error).__name__}: {str(error).partition(chr(10))[0]}", refused=True)
    return Ran(code=code, shown=shown, refused=False)
