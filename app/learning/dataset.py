"""The images a run learns from: MNIST's 3s and 7s, and a sample of its other digits for "neither".

They come with the package, in one file, or from a folder of MNIST's own four files.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.data import Arrays as Arrays
from app.data import Damaged, embedded
from app.learning.idx import DatasetError as DatasetError
from app.learning.mnist import select


@dataclass(frozen=True)
class Digits:
    """Tensors on the CPU, which are never changed. Images are rows of 784 uint8, ink bright on 0; a target is 1.0 for a
    3 and 0.0 for a 7; the labels of other digits are uint8."""

    train_images: Tensor
    train_targets: Tensor
    valid_images: Tensor
    valid_targets: Tensor
    other_train_images: Tensor
    other_train_labels: Tensor
    other_valid_images: Tensor
    other_valid_labels: Tensor

    @classmethod
    def of(cls, arrays: Arrays) -> Self:
        return cls(
            train_images=_rows(arrays["train_images"]),
            train_targets=_targets(arrays["train_labels"]),
            valid_images=_rows(arrays["valid_images"]),
            valid_targets=_targets(arrays["valid_labels"]),
            other_train_images=_rows(arrays["other_train_images"]),
            other_train_labels=torch.from_numpy(arrays["other_train_labels"]),
            other_valid_images=_rows(arrays["other_valid_images"]),
            other_valid_labels=torch.from_numpy(arrays["other_valid_labels"]),
        )


def load(mnist_dir: Path | None = None) -> Digits:
    """The embedded digits, or the same ones read from a folder of MNIST's IDX files. Raises DatasetError."""
    return Digits.of(packaged() if mnist_dir is None else select(mnist_dir))


@cache
def packaged() -> Arrays:
    """The embedded digits. They are read once: a process and its later copies share them. Raises DatasetError."""
    try:
        return embedded()
    except (Damaged, OSError) as error:
        raise DatasetError(str(error)) from None


def _rows(images: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(images).flatten(1)


def _targets(labels: NDArray[np.uint8]) -> Tensor:
    return torch.tensor(labels == 3, dtype=torch.float32)
