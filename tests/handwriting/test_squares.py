"""Squared paper that is dense, or turned, goes; strokes that are thicker than its lines stay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.handwriting.squares import meshed, without_mesh, without_squares
from tests.handwriting.masks import SEVEN, drawn


def squared(step, degrees, width=2):
    lean = 400 * np.tan(np.radians(degrees))
    across = [[(-200, at), (400, at + lean * 1.5)] for at in range(-200, 400, step)]
    return drawn(*across, *([(y, x) for x, y in line] for line in across), width=width)


@given(st.integers(6, 16), st.integers(-20, 20))
def test_lines_go_and_strokes_stay(step, degrees):
    paper = squared(step, degrees)
    assert meshed(paper | SEVEN)
    left = without_mesh(paper | SEVEN)
    assert (SEVEN & ~left).sum() < 0.1 * SEVEN.sum()
    assert (left & ~SEVEN).sum() < 0.6 * SEVEN.sum()  # what touches it swells it a little


def test_digits_close_in_no_meshes(mnist):
    assert not any(meshed(image > 100) for image in (*mnist["valid_images"], *mnist["other_valid_images"]))


@pytest.mark.parametrize("light", [False, True])
def test_dense_squares_go_from_a_picture_of_any_light(light):
    paper = np.where(squared(8, 0), 0.3, 0.9)
    picture = np.where(SEVEN, 0.1, paper).astype(np.float32)[..., None]
    rest = without_squares(1 - picture if light else picture)
    assert rest is not None
    rest = 1 - rest if light else rest
    assert np.abs(rest[..., 0] - np.where(SEVEN, 0.1, 0.9)).mean() < 0.05


def test_noise_and_plain_paper_are_not_squared():
    random = np.random.default_rng(0)
    for noise in (0.0, 0.02, 0.2):
        paper = 0.5 + random.normal(0, noise, (200, 200, 1)).clip(-0.5, 0.5)
        assert without_squares(paper.astype(np.float32)) is None
    assert without_squares(np.where(SEVEN, 0.1, 0.9).astype(np.float32)[..., None]) is None


@pytest.mark.parametrize("light", [False, True])
def test_stripes_go_though_the_darker_strokes_are_as_wide(light):
    striped = np.where(np.arange(200) % 12 < 6, 0.5, 0.95)
    picture = np.where(SEVEN, 0.1, striped).astype(np.float32)[..., None]
    rest = without_squares(1 - picture if light else picture)
    assert rest is not None
    rest = 1 - rest if light else rest
    assert np.abs(rest[..., 0] - np.where(SEVEN, 0.1, 0.95)).mean() < 0.02


def test_specks_in_strokes_are_no_meshes():
    specked = SEVEN.copy()
    specked[62::4, ::4] = False
    assert not meshed(specked)


@pytest.mark.parametrize("missing", [0.1, 0.25])
def test_strokes_of_chalk_have_holes_but_no_meshes(missing):
    random = np.random.default_rng(0)
    chalk = SEVEN & (random.random(SEVEN.shape) >= missing)
    assert not meshed(chalk.repeat(2, axis=0).repeat(2, axis=1))
