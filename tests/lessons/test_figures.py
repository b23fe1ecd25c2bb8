"""The figures that stand in the lessons' pages are those that ``python -m benchmarks.lessons`` measured."""

import re
from html import unescape
from math import sqrt
from pathlib import Path

import pytest

from app.lessons.contents import LESSONS
from app.recipe import TRAIN_IMAGES, Recipe

ROOT = Path(__file__).parents[2]

VALID_IMAGES = 2038
PARAMETERS = 23_581

FIGURE = re.compile(r"(?<![\w.])(?P<number>[−-]?\d[\d,]*(?:\.\d+)?)(?:\s?(?P<share>%))?")
"""In running text: a comma may also end a clause."""

MEASURED = re.compile(r"(?<![\w.])(?P<number>[−-]?\d[\d,]*(?:\.\d+)?(?:e[-+]\d+)?)(?:\s?(?P<share>%))?")


def number(text: str) -> float:
    return abs(float(text.replace("−", "-").replace(",", "")))


def measured(slug: str) -> tuple[set[float], set[float]]:
    """A lesson's numbers in docs/lessons.md, and its shares in per cent; signs are left to those who write."""
    numbers, shares = {0.0}, {0.0, 100.0}
    for line in (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"| {slug} |"):
            for found in MEASURED.finditer(line):
                (shares if found["share"] else numbers).add(number(found["number"]))
    return numbers, shares | {100 * each for each in numbers if each < 1}


def shown(slug: str) -> str:
    """A page's own words and tables, without its formulas and what the server fills in."""
    text = (ROOT / "templates" / "lessons" / f"{slug}.html").read_text(encoding="utf-8")
    for left_out in (
        r"{#.*?#}",
        r"{%.*?%}",
        r"{{(?! measured).*?}}",
        r"<math.*?</math>",
        r"<code.*?</code>",
        r"<option.*?</option>",
        r"<[^>]*>",
    ):
        text = re.sub(left_out, " ", text, flags=re.DOTALL)
    return unescape(text)


def on_the_board() -> list[float]:
    """In points: by how much a recipe's last test is above its score, the least and the most, and how far its seeds lie
    apart at most."""
    text = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8")
    above, apart = [], []
    for score, seeds, tested in re.findall(r"\| score: ([\d.]+)%; seeds: ([^;]*); last test: ([\d.]+)%", text):
        above.append(images(tested) - images(score))
        each = [images(seed) for seed in seeds.replace("%", "").split(", ")]
        apart.append(max(each) - min(each))
    return [100 * each / VALID_IMAGES for each in (min(above), max(above), max(apart))]


def images(share: str) -> int:
    """How many of the validation images, or of as many others, that is."""
    return round(float(share) / 100 * VALID_IMAGES)


def standard_error(share: float) -> float:
    """In points, of a share of the validation images."""
    return 100 * sqrt(share * (1 - share) / VALID_IMAGES)


WORKED_OUT = {
    "broadcasting": [VALID_IMAGES * 28 * 28 * 4 / 1e6],  # in million bytes
    "mini-batches": [49 * TRAIN_IMAGES, 49 * 8, 97.45 - 96.81],
    "the-network": [100 / VALID_IMAGES, standard_error(0.9828)],
    "your-turn": on_the_board(),
}
"""What follows from the measured figures by itself."""

GIVEN = {VALID_IMAGES, TRAIN_IMAGES, PARAMETERS, *(getattr(Recipe(), each) for each in ("learning_rate", "epochs"))}


@pytest.mark.parametrize("slug", [each.slug for each in LESSONS])
def test_figures_are_the_measured_ones(slug: str) -> None:
    numbers, shares = measured(slug)
    numbers |= {*GIVEN, *WORKED_OUT.get(slug, [])}
    wrong = []
    text = shown(slug)
    for found in FIGURE.finditer(text):
        written = found["number"].rstrip(",")
        decimals = len(written.partition(".")[2])
        value = number(written)
        if not found["share"] and not decimals and value < 1000:
            continue  # counts of epochs, seeds, units
        known = shares if found["share"] else numbers | shares
        if not any(abs(each - value) <= 0.5001 * 10**-decimals for each in known):
            wrong.append(text[max(0, found.start() - 50) : found.end() + 20])
    assert wrong == []


LEAST_WORDS, MOST_WORDS = 150, 300


@pytest.mark.parametrize("slug", [each.slug for each in LESSONS])
def test_a_page_is_short(slug: str) -> None:
    """Its running text, from the first word to what there is to see: not tables, formulas, code, answers to questions
    and what one chooses from."""
    text = (ROOT / "templates" / "lessons" / f"{slug}.html").read_text(encoding="utf-8")
    words = 0
    for block in ("words", "found"):
        own = text.partition(f"{{% block {block} %}}")[2].partition("{% endblock %}")[0]
        own = re.sub(r"<(section|table|math).*?</\1>|{{.*?}}|{%.*?%}|<[^>]*>", " ", own, flags=re.DOTALL)
        words += len(unescape(own).split())
    assert LEAST_WORDS <= words <= MOST_WORDS
