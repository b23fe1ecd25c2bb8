"""Writes templates/lessons/forty-seeds.html: forty networks before they have learned, and after one epoch.

    python -m benchmarks.lessons.forty_seeds

A plot with a dot for each seed, and the numbers of all of them; the learner computes them in a quarter of a minute.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import torch

from app.learning.dataset import Digits, load
from app.recipe import Recipe
from benchmarks.lessons.learned import Learned, after, logits, seeds, share, valid
from scripts.serving import ROOT

FILE = ROOT / "templates" / "lessons" / "forty-seeds.html"
SEEDS = range(40)

LOWEST, HIGHEST = 30, 100
"""Per cent, the ends of the axis."""
LEFT, RIGHT, WIDTH = 12, 16, 320
DOT, APART = 2.0, 4.3
"""A dot's radius, and how far two lie apart that stand on each other."""
AIR, UNDER = 30, 36
"""Above the tallest stack of a row, for its name, and below the lower row, for the axis."""


class Read(NamedTuple):
    """Shares of the validation images that a seed's network reads rightly."""

    seed: int
    untrained: float
    epoch: float


def measured(learned: Learned, which: Iterable[int] = SEEDS) -> list[Read]:
    recipes = seeds(Recipe(), which)
    trained = learned.runs([recipe.model_copy(update={"epochs": 1}) for recipe in recipes])
    found = []
    for recipe, run in zip(recipes, trained, strict=True):
        assert run.accuracy is not None
        found.append(Read(recipe.seed, untrained(recipe, learned.digits), run.accuracy))
    return found


def untrained(recipe: Recipe, digits: Digits) -> float:
    images, threes = valid(digits)
    placed = after(recipe, 0, digits)
    return share((logits(placed.recipe, placed.named(placed.values), images) > 0) == threes)


def page(read: Sequence[Read]) -> str:
    rows = {
        "before the first step": [each.untrained for each in read],
        "after one epoch": [each.epoch for each in read],
    }
    words = "; ".join(f"{name} from {percent(min(shares))} to {percent(max(shares))}" for name, shares in rows.items())
    numbers = "".join(
        f'<tr><th scope="row">{each.seed}</th><td>{percent(each.untrained)}</td><td>{percent(each.epoch)}</td></tr>\n'
        for each in read
    )
    return f"""{{#- Made by `python -m benchmarks.lessons.forty_seeds`. -#}}
<figure class="seeds">
{plot(rows, read, words)}
<figcaption class="caption">Each dot is one seed’s network (the textbook’s recipe), which reads all 2,038 validation
digits: {words.replace(" %", "&nbsp;%")}. Measured by
<code>python -m benchmarks.lessons.forty_seeds</code>.</figcaption>
</figure>
<details class="lesson-more"><summary>The numbers of all forty</summary>
<table class="lesson-table">
<thead><tr><th scope="col">Seed</th><th scope="col">Step 0</th><th scope="col">Step 49</th></tr></thead>
<tbody>
{numbers}</tbody>
</table>
</details>
"""


def plot(rows: Mapping[str, Sequence[float]], read: Sequence[Read], words: str) -> str:
    drawn = []
    base = 0.0
    for name, shares in rows.items():
        stacked = Counter[int]()  # by whole per cents
        dots = []
        for each, value in zip(read, shares, strict=True):
            cell = round(100 * value)
            dots.append((x(cell), DOT + 1 + APART * stacked[cell], f"seed {each.seed}: {percent(value)}"))
            stacked[cell] += 1
        high = APART * max(stacked.values())
        base += AIR + high
        drawn.append(f'<path class="graph-grid" d="M{LEFT} {base:g}H{WIDTH - RIGHT}"/>')
        drawn += [
            f'<circle class="graph-dot graph-ink" cx="{at:.1f}" cy="{base - up:.1f}" r="{DOT}">'
            f"<title>{said}</title></circle>"
            for at, up, said in dots
        ]
        middle = x(100 * sum(shares) / len(shares))
        drawn.append(text(min(middle, WIDTH - RIGHT - 42), base - high - 8, name))
    drawn += [text(x(tick), base + 16, str(tick)) for tick in range(LOWEST, HIGHEST + 1, 10)]
    drawn.append(text(x((LOWEST + HIGHEST) / 2), base + 32, "Read rightly, in %", "graph-text graph-label"))
    box = f'viewBox="0 0 {WIDTH} {base + UNDER:g}" role="img" aria-label="Forty seeds: {words}"'
    return "\n".join([f'<svg class="graph" {box}>', *drawn, "</svg>"])


def text(at: float, y: float, words: str, look: str = "graph-text") -> str:
    return f'<text class="{look}" x="{at:.1f}" y="{y:.1f}" text-anchor="middle">{words}</text>'


def x(percent: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (percent - LOWEST) / (HIGHEST - LOWEST)


def percent(value: float) -> str:
    return f"{100 * value:.2f} %"


def main() -> None:
    torch.set_num_threads(1)  # as the worker's runs have
    FILE.write_text(page(measured(Learned(load()))), encoding="utf-8")


if __name__ == "__main__":
    main()
