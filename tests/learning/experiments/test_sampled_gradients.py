import numpy as np
import pytest
import torch

from app.learning.dataset import Digits
from app.learning.experiments.sampled_gradients import angle
from tests.learning.experiments.asking import ask, vector


@pytest.mark.parametrize(
    ("one", "other", "degrees"),
    [([1, 0], [0, 2], 90), ([1, 0], [-3, 0], 180), ([2, 2], [1, 0], 45), ([1, 1], [5, 5], 0), ([0, 0], [1, 0], None)],
)
def test_angles(one: list[float], other: list[float], degrees: float | None) -> None:
    found = angle(torch.tensor(one, dtype=torch.float32), torch.tensor(other, dtype=torch.float32))
    assert found == (None if degrees is None else pytest.approx(degrees, abs=1e-4))


def test_each_angle_is_that_of_the_batch_drawn(few_digits: Digits) -> None:
    """Asked again by the gradient experiment, batch by batch."""
    weights = {"recipe": {"hidden": 4, "batch_size": 100}, "step": 7}
    answer = ask("sampled_gradients", few_digits, weights=weights, batch_sizes=[8, 600], samples=3, seed=5)
    full = ask("gradient", few_digits, weights=weights, images="all")
    assert (answer["norm"], answer["loss"], answer["step"]) == (full["norm"], full["loss"], 7)
    small, all_of_them = answer["sizes"]
    generator = torch.Generator().manual_seed(5)
    for angle_, norm in zip(small["angles"], small["norms"], strict=True):
        drawn = torch.randperm(600, generator=generator)[:8].tolist()
        one = ask("gradient", few_digits, weights=weights, images=drawn)
        cosine = np.dot(vector(one["gradient"]), vector(full["gradient"])) / (one["norm"] * full["norm"])
        assert angle_ == pytest.approx(np.degrees(np.arccos(cosine)), abs=0.1)
        assert norm == pytest.approx(one["norm"], rel=1e-5)
    assert small["mean_angle"] == pytest.approx(np.mean(small["angles"]))
    assert all_of_them["mean_angle"] < 0.1


def test_larger_batches_point_closer_to_the_full_gradient(digits: Digits) -> None:
    answer = ask("sampled_gradients", digits, weights={"recipe": {}, "step": 98}, samples=10)
    angles = [size["mean_angle"] for size in answer["sizes"]]
    assert [size["batch_size"] for size in answer["sizes"]] == [8, 32, 256, 2048]
    assert min(angles) > 0
    assert angles[-1] < angles[-2] < angles[0]


def test_without_a_slope_there_is_no_angle(few_digits: Digits) -> None:
    answer = ask("sampled_gradients", few_digits, weights={"recipe": {"loss": "accuracy"}}, batch_sizes=[32], samples=2)
    (size,) = answer["sizes"]
    assert (size["angles"], size["mean_angle"], size["norms"]) == ([None, None], None, [0, 0])
