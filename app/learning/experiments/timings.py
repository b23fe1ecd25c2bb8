"""How long the same sums take in a loop and at once, in NumPy and in PyTorch, on each device."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np
import torch

from app.experiments import Timing, Timings, TimingsAnswer
from app.learning.baseline import l1, means
from app.learning.dataset import Digits
from app.learning.device import DeviceUnavailable, choose, describe
from app.recipe import Device

REPEATS = 7
"""The shortest of so many is what the sums take when nothing else wants the core."""
LOOPED_IN_PYTHON = 16
"""Images at a time, some ten milliseconds."""
LOOPED = 256

Task = Literal["distances", "product"]
Way = Literal["loop", "broadcast"]
By = Literal["python", "numpy", "torch"]


class Measured(NamedTuple):
    """``run`` does the work, yielding between pieces of it that take some milliseconds each."""

    task: Task
    way: Way
    by: By
    device: torch.device
    run: Callable[[], Iterator[Any]]


def timings(
    _: Timings, digits: Digits, clock: Callable[[], float] = time.perf_counter
) -> Generator[None, None, TimingsAnswer]:
    """Only work itself is timed, not what happens between its pieces."""
    found = []
    names = {}
    for device in _devices():
        names[device.type] = describe(device)
        yield
        for measured in _all(digits, device):
            repeats = 1 if measured.by == "python" else REPEATS
            shortest = None
            for _repeat in range(repeats):
                seconds = yield from _time(measured, clock)
                shortest = seconds if shortest is None else min(shortest, seconds)
            assert shortest is not None
            found.append(
                Timing(
                    task=measured.task, way=measured.way, by=measured.by, device=device.type,
                    milliseconds=shortest * 1000, repeats=repeats,
                )
            )  # fmt: skip
    return TimingsAnswer(images=len(digits.valid_images), threads=torch.get_num_threads(), devices=names, timings=found)


def _devices() -> Iterator[torch.device]:
    kinds: tuple[Device, ...] = ("cpu", "cuda", "mps")
    for kind in kinds:
        with suppress(DeviceUnavailable):
            yield choose(kind)


def _time(measured: Measured, clock: Callable[[], float]) -> Generator[None, None, float]:
    seconds = 0.0
    pieces = measured.run()
    while True:
        _finish(measured.device)
        began = clock()
        try:
            next(pieces)
        except StopIteration:
            return seconds
        _finish(measured.device)
        seconds += clock() - began
        yield


def _finish(device: torch.device) -> None:
    """Wait until the device has done what it was asked to do."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _all(digits: Digits, device: torch.device) -> Iterator[Measured]:
    images, mean_three = digits.valid_images.float() / 255, means(digits)[0]
    weights = torch.randn(784, 30, generator=torch.Generator().manual_seed(0))
    if device.type == "cpu":
        rows = [bytes(row) for row in digits.valid_images.numpy()]
        ideal = (mean_three * 255).tolist()
        yield Measured("distances", "loop", "python", device, partial(_in_python, rows, ideal))
        arrays, mean_array = images.numpy(), mean_three.numpy()
        yield Measured("distances", "loop", "numpy", device, partial(_looped, _numpy_l1, arrays, mean_array))
        yield Measured("distances", "broadcast", "numpy", device, partial(_at_once, _numpy_l1, arrays, mean_array))
        yield Measured("product", "broadcast", "numpy", device, partial(_at_once, np.matmul, arrays, weights.numpy()))
    images, mean_three, weights = (tensor.to(device) for tensor in (images, mean_three, weights))
    yield Measured("distances", "loop", "torch", device, partial(_looped, l1, images, mean_three))
    yield Measured("distances", "broadcast", "torch", device, partial(_at_once, l1, images, mean_three))
    yield Measured("product", "broadcast", "torch", device, partial(_at_once, torch.matmul, images, weights))


def _numpy_l1(images: Any, ideal: Any) -> Any:
    return np.abs(images - ideal).mean(-1)


def _in_python(images: list[bytes], ideal: list[float]) -> Iterator[list[float]]:
    """Pixels and ideal from 0 to 255: as floats of 24 bytes each the images would take 40 MB."""
    for start in range(0, len(images), LOOPED_IN_PYTHON):
        yield [
            sum(abs(pixel - mean) for pixel, mean in zip(image, ideal, strict=True)) / (255 * len(ideal))
            for image in images[start : start + LOOPED_IN_PYTHON]
        ]


def _looped(work: Callable[[Any, Any], Any], images: Any, ideal: Any) -> Iterator[list[Any]]:
    for start in range(0, len(images), LOOPED):
        yield [work(image, ideal) for image in images[start : start + LOOPED]]


def _at_once(work: Callable[[Any, Any], Any], images: Any, other: Any) -> Iterator[Any]:
    yield work(images, other)
