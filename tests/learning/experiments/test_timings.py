from collections.abc import Iterator
from functools import partial
from itertools import count

import numpy as np
import torch

from app.experiments import Timings
from app.learning.baseline import l1, means
from app.learning.dataset import Digits
from app.learning.experiments import timings as module
from app.learning.experiments.timings import Measured, timings
from tests.learning.experiments.asking import run


def test_every_way_is_timed_on_the_cpu(few_digits: Digits) -> None:
    answer, _ = run(timings(Timings(), few_digits))
    assert (answer.images, answer.threads) == (200, torch.get_num_threads())
    ways = [(each.task, each.way, each.by) for each in answer.timings if each.device == "cpu"]
    assert len(set(ways)) == len(ways) == 7
    assert {each.device for each in answer.timings} == answer.devices.keys() >= {"cpu"}
    assert all(each.milliseconds > 0 for each in answer.timings)


def test_only_work_is_timed() -> None:
    """By a clock of a second a reading, of which each piece of work takes one; between pieces anything may happen."""
    seconds = count()

    def work() -> Iterator[None]:
        for _ in range(3):
            yield

    measured = Measured("product", "loop", "torch", torch.device("cpu"), work)
    timing = module._time(measured, lambda: float(next(seconds)))
    assert run(timing, between=lambda: next(seconds)) == (3.0, 3)


def test_all_ways_to_the_distances_come_to_the_same(few_digits: Digits) -> None:
    expected = l1(few_digits.valid_images / 255, means(few_digits)[0]).numpy()
    for measured in module._all(few_digits, torch.device("cpu")):
        if measured.task == "distances":
            found = [np.asarray(distance) for piece in measured.run() for distance in piece]
            np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_loop_can_be_left_between_its_pieces() -> None:
    pieces = list(module._looped(partial(l1), torch.zeros(600, 784), torch.zeros(784)))
    assert [len(piece) for piece in pieces] == [256, 256, 88]
