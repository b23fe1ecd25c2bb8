"""What lessons claim whatever the digits, from the very functions that measure it for their pages."""

import json
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
import torch

from app.learning.dataset import load
from benchmarks.lessons import (
    a_sensible_loss,
    baseline,
    broadcasting,
    gradient_descent,
    linear_of_linear,
    nonlinearity,
    tensors,
    why_not_accuracy,
)
from benchmarks.lessons.claim import Claims
from benchmarks.lessons.learned import Learned

IMAGES = 200


@pytest.fixture(scope="module")
def learned() -> Learned:
    """Of 300 training images, in steps of 256 and 44, and 200 validation images."""
    torch.set_num_threads(1)
    digits = load()
    return Learned(
        replace(
            digits,
            train_images=digits.train_images[:300],
            train_targets=digits.train_targets[:300],
            valid_images=digits.valid_images[:IMAGES],
            valid_targets=digits.valid_targets[:IMAGES],
        )
    )


def by_key(claims: Claims) -> dict[str, Any]:
    """Their values, each of which can be shown, and written as JSON."""
    found: dict[str, Any] = {}
    for claim in claims:
        assert claim.key not in found
        assert claim.words, claim
        assert claim.source, claim
        assert claim.shown, claim
        assert json.loads(json.dumps(claim.value, allow_nan=False)) == claim.value
        found[claim.key] = claim.value
    return found


def test_the_verdict_by_l2_is_that_of_a_linear_model(learned) -> None:
    found = by_key(baseline.claims(learned))
    assert found["linear"] == IMAGES
    assert found["linear_off"] < 1e-10
    assert found["root"] == 0
    assert sorted(found["signed_by_digit"].values()) == [0, 1]


def test_only_an_order_that_all_images_share_can_be_learned(learned) -> None:
    found = by_key(tensors.claims(learned))
    assert found["shape"][1:] == ["[28, 28]", "[28]", "[]", "[28]", "[28, 1]"]
    assert found["torch_jagged"] == "ValueError: expected sequence of length 2 at dim 1 (got 1)"
    assert found["moved"] < 1e-4
    plain, shuffled = found["baseline"]
    assert plain == shuffled
    assert min(found["shuffled"]) > 0.9 > 0.8 > found["scattered"]


def test_a_stretched_comparison_says_half_to_every_classifier(learned) -> None:
    found = by_key(broadcasting.claims(learned))
    assert found["comparisons"] == IMAGES**2
    assert found["perfect"] == pytest.approx(0.5, abs=0.01)
    assert found["stride"] == "[0, 28, 1]"


def test_the_first_step_from_zero_is_the_baseline(learned) -> None:
    found = by_key(chain(gradient_descent.from_zero(learned), gradient_descent.uphill(learned)))
    assert found["cosine"] > 0.9  # and nearer the more alike the numbers of 3s and 7s
    assert found["network_from_zero"] == 1
    slope, *_, nearest = found["nudge"]
    assert nearest == pytest.approx(slope, rel=1e-2)
    assert found["subtract"]["subtracted"] < found["subtract"]["left"] < found["subtract"]["added"]


def test_accuracy_as_the_loss_has_no_slope_at_all(learned) -> None:
    found = by_key(why_not_accuracy.no_slope(learned))
    none, steps = found["gradients"]
    assert none == steps > 0
    assert found["hash"] == 5


def test_only_cross_entropy_pulls_where_the_network_is_wrong_and_sure() -> None:
    found = by_key(a_sensible_loss.pulls())
    assert found["pull_mnist_loss"][0] == pytest.approx(0.0024665, abs=1e-6)
    assert found["pull_bce"][0] == pytest.approx(0.9975274, abs=1e-6)


def test_a_linear_score_reads_no_digit_of_one_kind_in_both_forms(learned) -> None:
    found = by_key(nonlinearity.mirrored(learned))
    for kind in ("linear", "two_linear"):
        assert found[f"mirror_{kind}"] < 1e-9
        assert min(found[f"pairs_{kind}"]) == 0
    assert found["mirror_relu"] > 0.1


def test_two_layers_without_a_bend_are_one(learned) -> None:
    found = by_key(linear_of_linear.merging(learned))
    for digits in ("plain", "inverted"):
        assert found[f"merged_{digits}"] < 1e-5
