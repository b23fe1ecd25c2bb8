import numpy as np
import pytest

from benchmarks import refusing
from benchmarks.refusing import Read


def read(digits, logits, scores):
    return Read(np.array(digits), np.array(logits, float), np.array(scores, float))


def test_auroc_is_the_share_of_pairs_in_order_ties_by_half():
    some = read([3, 7, 3, 1, 9], [1, -1, 1, 0, 0], [3, 1, 2, 1, 0])
    pairs = [(3, 1), (3, 0), (1, 1), (1, 0), (2, 1), (2, 0)]
    assert refusing.auroc(some) == pytest.approx(sum(1.0 if a > b else 0.5 * (a == b) for a, b in pairs) / len(pairs))


def test_calibration_error_is_the_gap_between_confidence_and_accuracy():
    logit = np.log(0.8 / 0.2)
    right_four_times_in_five = read([3] * 5, [logit] * 4 + [-logit], [0] * 5)
    assert refusing.calibration_error(right_four_times_in_five) == pytest.approx(0)
    always_right = read([3] * 5, [logit] * 5, [0] * 5)
    assert refusing.calibration_error(always_right) == pytest.approx(0.2)


def test_the_threshold_keeps_the_share_asked_for():
    some = read([3] * 100 + [5] * 100, np.ones(200), [*range(100), *range(-100, 0)])
    assert (some.scores[some.ours] >= some.keeping(0.98)).mean() == pytest.approx(0.98)


def test_a_row_leaves_out_what_the_set_cannot_tell():
    signs = refusing.row("signs", read([-1] * 10, np.ones(10), np.arange(10.0)), 5.0)
    assert dict(zip(refusing.HEAD, signs, strict=True))["refused"].startswith("50.00%")
    assert dict(zip(refusing.HEAD, signs, strict=True))["told apart"] == ""


def test_wilsons_interval():
    assert refusing.share(np.array([True] * 9 + [False])) == "90.00% (59.58–98.21)"
