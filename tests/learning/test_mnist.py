import gzip
from pathlib import Path

import numpy as np
import pytest

from app.learning.idx import DatasetError
from app.learning.mnist import select
from tests.learning.test_idx import idx_bytes


def test_an_empty_folder_is_told_from_a_missing_file(own_mnist_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="name a folder of MNIST's four files"):
        select(tmp_path / "nowhere")
    (own_mnist_folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DatasetError, match=r"lacks t10k-labels-idx1-ubyte\(.gz\): put all four"):
        select(own_mnist_folder)


def test_a_file_cut_short_is_named(own_mnist_folder: Path) -> None:
    path = own_mnist_folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DatasetError, match=r"train-images-idx3-ubyte\.gz is damaged"):
        select(own_mnist_folder)


def test_other_shapes_are_refused(own_mnist_folder: Path) -> None:
    path = own_mnist_folder / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(idx_bytes(np.zeros((10_000, 14, 14), np.uint8))))
    with pytest.raises(DatasetError, match="holds 10,000 × 14 × 14 values, not 10,000 × 28 × 28"):
        select(own_mnist_folder)


def test_digits_in_other_numbers_are_not_mnists(own_mnist_folder: Path) -> None:
    path = own_mnist_folder / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(idx_bytes(np.full(10_000, 3, np.uint8))))
    with pytest.raises(DatasetError, match="does not count MNIST's digits"):
        select(own_mnist_folder)
