from dataclasses import astuple

import numpy as np
import pytest

from app.handwriting.figures import Read, auroc, bootstrap, calibration_error, reliability, wilson


def read(digits, logits, scores):
    return Read(np.array(digits), np.array(logits, float), np.array(scores, float))


def sure_of(*probabilities):
    return [np.log(p / (1 - p)) for p in probabilities]


def test_auroc_is_the_share_of_pairs_in_order_ties_by_half():
    some = read([3, 7, 3, 1, 9], [1, -1, 1, 0, 0], [3, 1, 2, 1, 0])
    pairs = [(3, 1), (3, 0), (1, 1), (1, 0), (2, 1), (2, 0)]
    assert auroc(some) == pytest.approx(sum(1.0 if a > b else 0.5 * (a == b) for a, b in pairs) / len(pairs))


def test_calibration_error_is_the_gap_between_confidence_and_accuracy():
    logit = np.log(0.8 / 0.2)
    right_four_times_in_five = read([3] * 5, [logit] * 4 + [-logit], [0] * 5)
    assert calibration_error(right_four_times_in_five, 15) == pytest.approx(0)
    always_right = read([3] * 5, [logit] * 5, [0] * 5)
    assert calibration_error(always_right, 15) == pytest.approx(0.2)


def test_reliability_counts_the_sure_ones_of_each_bin():
    some = read([3, 7, 7, 3], sure_of(0.97, 0.99, 0.04, 0.62), [0] * 4)
    bins = reliability(some, 10)
    assert [each.count for each in bins] == [0, 0, 1, 0, 0, 0, 0, 0, 0, 3]
    assert astuple(bins[2]) == pytest.approx((0.6, 0.65, 1, 0.62, 1))
    assert astuple(bins[9]) == pytest.approx((0.95, 1.0, 3, (0.97 + 0.99 + 0.96) / 3, 2))


def test_however_sure_it_is_it_is_in_a_bin():
    bins = reliability(read([3, 7, 3], [0, -1e9, 1e9], [0] * 3), 10)
    assert (bins[0].count, bins[9].count) == (1, 2)


def test_the_threshold_keeps_the_share_asked_for():
    some = read([3] * 100 + [5] * 100, np.ones(200), [*range(100), *range(-100, 0)])
    assert (some.scores[some.ours] >= some.keeping(0.98)).mean() == pytest.approx(0.98)


def test_wilsons_interval():
    assert wilson(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == 1


def test_the_bootstraps_interval_holds_the_figure_and_narrows_with_more_images():
    random = np.random.RandomState(0)
    few, many = (read([3] * n, random.normal(2, 1, n), [0] * n) for n in (50, 5000))

    def mean(some):
        return float(some.logits.mean())

    for some in (few, many):
        low, high = bootstrap(some, mean)
        assert low < mean(some) < high
    assert np.subtract(*bootstrap(few, mean)) < 5 * np.subtract(*bootstrap(many, mean))
