import numpy as np

from app.handwriting.figures import Read
from benchmarks import refusing


def read(digits, logits, scores):
    return Read(np.array(digits), np.array(logits, float), np.array(scores, float))


def test_a_row_leaves_out_what_the_set_cannot_tell():
    signs = refusing.row("signs", read([-1] * 10, np.ones(10), np.arange(10.0)), 5.0)
    assert dict(zip(refusing.HEAD, signs, strict=True))["refused"].startswith("50.00%")
    assert dict(zip(refusing.HEAD, signs, strict=True))["told apart"] == ""


def test_shares_have_wilsons_interval():
    assert refusing.share(np.array([True] * 9 + [False])) == "90.00% (59.58–98.21)"
