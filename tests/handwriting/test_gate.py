"""What the gate's docstring promises, on images it was not trained on."""

import numpy as np

from app.handwriting import builtin
from app.handwriting.builtin import load


def share_passed(images):
    gate = load().gate
    return np.mean([gate.passes(image.ravel()) for image in images])


def test_keeps_ours(mnist):
    assert share_passed(mnist["valid_images"]) >= 0.99


def test_rejects_other_digits(mnist):
    assert share_passed(mnist["other_valid_images"]) <= 0.05


def test_rejects_noise():
    assert share_passed(np.random.default_rng(0).integers(0, 256, (300, 28, 28), dtype=np.uint8)) <= 0.01


def test_the_files_figures_are_those_measured(mnist):
    figures = load(builtin.FILE).figures
    assert float(figures["gate_keeps_3_7"]) == round(share_passed(mnist["valid_images"]), 4)
    assert float(figures["gate_rejects_other_digits"]) == round(1 - share_passed(mnist["other_valid_images"]), 4)
