import gzip
import shutil
from pathlib import Path

import pytest
import torch

import app.data
from app.learning.dataset import DatasetError, Digits, load, packaged


def test_every_3_and_7_of_mnist_comes_with_the_package(digits: Digits) -> None:
    assert digits.train_images.shape == (12_396, 784)
    assert digits.valid_images.shape == (2_038, 784)
    assert digits.train_images.dtype == digits.valid_images.dtype == torch.uint8
    # MNIST's own counts: 6,131 and 1,010 of 3, 6,265 and 1,028 of 7.
    assert [int(targets.sum()) for targets in (digits.train_targets, digits.valid_targets)] == [6_131, 1_010]
    assert set(digits.train_targets.tolist()) == {0.0, 1.0}
    assert digits.train_targets.dtype == torch.float32


def test_as_many_of_each_other_digit_come_along(digits: Digits) -> None:
    for images, labels, each in (
        (digits.other_train_images, digits.other_train_labels, 375),
        (digits.other_valid_images, digits.other_valid_labels, 125),
    ):
        assert images.shape == (len(labels), 784)
        assert labels.bincount(minlength=10).tolist() == [0 if digit in (3, 7) else each for digit in range(10)]


def test_ink_is_bright_on_a_dark_ground(digits: Digits) -> None:
    corners = digits.train_images.view(-1, 28, 28)[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.float().mean() < 1 < digits.train_images.float().mean()


def test_the_file_is_small_enough_to_carry_and_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = app.data.EMBEDDED.read_bytes()
    assert len(file) < 5_000_000
    spoiled = tmp_path / "mnist_3_7.npz"
    spoiled.write_bytes(file[:1000] + bytes([file[1000] ^ 1]) + file[1001:])
    packaged.cache_clear()
    monkeypatch.setattr(app.data, "EMBEDDED", spoiled)
    with pytest.raises(DatasetError, match="is damaged: install the package again"):
        load()


def test_a_file_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged.cache_clear()
    monkeypatch.setattr(app.data, "EMBEDDED", tmp_path / "mnist_3_7.npz")
    with pytest.raises(DatasetError, match="mnist_3_7"):
        load()


@pytest.mark.parametrize("up", [0, 1, 2], ids=["the folder", "above raw", "above MNIST/raw"])
def test_reads_a_folder_of_mnists_files(mnist_folder: Path, up: int) -> None:
    digits = load([mnist_folder, mnist_folder.parent, mnist_folder.parent.parent][up])
    assert digits.train_images.shape == (12_396, 784)
    assert digits.other_valid_images.shape == (1_000, 784)
    # Each image is found with its own label.
    assert torch.equal(digits.train_images[:, 0], torch.where(digits.train_targets == 1, 3, 7).byte())
    assert torch.equal(digits.other_train_images[:, 0], digits.other_train_labels)


def test_reads_what_torchvision_reads(own_mnist_folder: Path, tmp_path: Path) -> None:
    from torchvision.datasets import MNIST

    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for path in own_mnist_folder.iterdir():
        (raw / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    theirs = MNIST(tmp_path, train=False)
    ours = load(tmp_path)
    wanted = (theirs.targets == 3) | (theirs.targets == 7)
    assert torch.equal(ours.valid_images, theirs.data[wanted].flatten(1))
    assert torch.equal(ours.valid_targets == 1, theirs.targets[wanted] == 3)


def test_the_embedded_digits_need_no_folder(own_mnist_folder: Path, digits: Digits) -> None:
    shutil.rmtree(own_mnist_folder)
    with pytest.raises(DatasetError):
        load(own_mnist_folder)
    assert torch.equal(load().train_images, digits.train_images)
