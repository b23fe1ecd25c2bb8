"""The plot of forty seeds in the lesson on gradient descent is what the learner makes."""

import re

import pytest

from app.learning.dataset import load
from benchmarks.lessons import forty_seeds
from benchmarks.lessons.forty_seeds import FILE, Read, percent
from benchmarks.lessons.learned import Learned

ROW = re.compile(r'<th scope="row">(\d+)</th><td>([\d.]+) %</td><td>([\d.]+) %</td>')


def shown() -> list[Read]:
    found = ROW.findall(FILE.read_text(encoding="utf-8"))
    return [Read(int(seed), float(untrained) / 100, float(epoch) / 100) for seed, untrained, epoch in found]


def test_each_number_has_its_dot_and_its_seed() -> None:
    assert [each.seed for each in shown()] == list(range(40))
    page = FILE.read_text(encoding="utf-8")
    assert page == forty_seeds.page(shown())
    for each in shown():
        for value in (each.untrained, each.epoch):
            assert f"<title>seed {each.seed}: {percent(value)}</title>" in page


def test_they_are_the_learners() -> None:
    """Of three seeds; another processor rounds otherwise, and may read a digit or two in another way."""
    which = (0, 17, 39)
    learned = Learned(load())
    for found in forty_seeds.measured(learned, which):
        said = shown()[found.seed]
        assert found.untrained == pytest.approx(said.untrained, abs=3 / 2038)
        assert found.epoch == pytest.approx(said.epoch, abs=3 / 2038)
