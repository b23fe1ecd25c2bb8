"""Writes templates/lessons/miniatures/*.svg: one small drawing for each lesson's card, of real digits and of what was
measured.

    python -m scripts.lesson_miniatures

Digits, mean images and what a linear model makes of them are computed here; accuracies and angles are those of
docs/lessons.md.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.checkpoint import Checkpoint
from app.handwriting.predictor import read_safetensors
from app.learning.controls import NoControls
from app.learning.dataset import load
from app.learning.train import train
from app.recipe import Recipe
from scripts.serving import ROOT

FOLDER = ROOT / "templates" / "lessons" / "miniatures"
WIDTH, HEIGHT = 132, 64
SIDE = 28
LEVELS = (0.25, 0.5, 0.75)
"""Ink is drawn in three layers, each a third of full: a photograph's worth of numbers is too much for a card."""

Image = NDArray[np.float64]
Points = Sequence[tuple[float, float]]


class Digits:
    """Training images [12396, 784] from 0 to 1, and which are 3s."""

    def __init__(self) -> None:
        with np.load(ROOT / "app" / "data" / "mnist_3_7.npz") as arrays:
            self.images = arrays["train_images"].reshape(-1, SIDE * SIDE) / 255.0
            self.threes = arrays["train_labels"] == 3
        self.mean_three = self.images[self.threes].mean(0)
        self.mean_seven = self.images[~self.threes].mean(0)

    def three(self, number: int) -> Image:
        image: Image = self.images[self.threes][number]
        return image


def measured(lesson: str, words: str) -> dict[float, float]:
    """A row of docs/lessons.md whose value is a list of "number: number"."""
    for line in (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and cells[0] == lesson and words in cells[1]:
            pairs = re.findall(r"([\d.,]+): ([\d.]+)(%?)", cells[2])
            return {float(x.replace(",", "")): float(y) / (100 if share else 1) for x, y, share in pairs}
    raise KeyError(f"docs/lessons.md has no row of {lesson} on {words!r}")


def frontier() -> Points:
    """Of each recipe of your-turn: the logarithm of its cost, and its median accuracy."""
    lines = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8").splitlines()
    found = [
        re.search(r"cost: ([\d,]+); .*median: ([\d.]+)%", line) for line in lines if line.startswith("| your-turn")
    ]
    return [(math.log10(int(each[1].replace(",", ""))), float(each[2]) / 100) for each in found if each]


def ink(image: Image, x: float, y: float, size: float, look: str = "ink") -> str:
    """28 × 28 numbers from 0 to 1 as a square picture."""
    return f'<g transform="translate({x:g} {y:g}) scale({size / SIDE:.4g})" class="{look}">{layers(image)}</g>'


def layers(image: Image) -> str:
    return "".join(f'<path d="{runs(image.reshape(SIDE, SIDE) > level)}"/>' for level in LEVELS)


def runs(lit: NDArray[np.bool_]) -> str:
    path = []
    for row, line in enumerate(lit):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], line, [False])).astype(int)))
        path += [f"M{begin} {row}h{end - begin}v1h{begin - end}z" for begin, end in edges.reshape(-1, 2)]
    return "".join(path)


def line(points: Iterable[tuple[float, float]], look: str = "line") -> str:
    return f'<polyline class="{look}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'


def dots(points: Iterable[tuple[float, float]], radius: float = 2.4, look: str = "dot") -> str:
    return "".join(f'<circle class="{look}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>' for x, y in points)


def placed(points: Points, *, least: float | None = None, most: float | None = None) -> Points:
    """Spread over the drawing; ``least`` and ``most``: the y of its lower and upper edge, else the points' own."""
    (left, right), ys = (min(x for x, _ in points), max(x for x, _ in points)), [y for _, y in points]
    low, high = min(ys) if least is None else least, max(ys) if most is None else most
    return [
        (5 + (WIDTH - 10) * (x - left) / (right - left), HEIGHT - 5 - (HEIGHT - 10) * (y - low) / (high - low))
        for x, y in points
    ]


def sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-z))


def descent(digits: Digits, steps: int) -> tuple[list[float], Image]:
    """Losses of a linear model that begins with zeros, before each step of all images at rate 1; its weights."""
    weights, losses = np.zeros(SIDE * SIDE), []
    towards = np.where(digits.threes, -1.0, 1.0)
    for _ in range(steps):
        read = sigmoid(digits.images @ weights)
        losses.append(float(np.where(digits.threes, 1 - read, read).mean()))
        weights -= digits.images.T @ (towards * read * (1 - read)) / len(read)
    return losses, weights


def baseline(digits: Digits) -> str:
    return ink(digits.mean_three, 2, 0, HEIGHT, "three") + ink(digits.mean_seven, 66, 0, HEIGHT, "seven")


def tensors(digits: Digits) -> str:
    """Five 3s in isometric projection, a column of the first one cut out."""
    across, down, scale = math.cos(math.pi / 6), 0.5, 1.0
    drawn = []
    for number in range(4, -1, -1):
        x, y = 3 + number * 10 * across, 21 - number * 10 * down
        matrix = f"matrix({across * scale:.4g} {down * scale:.4g} 0 {scale:g} {x:.4g} {y:.4g})"
        cut = '<rect class="frame" x="14" y="0" width="1.6" height="28"/>' if number == 0 else ""
        inner = f'<rect class="paper" width="28" height="28"/><g class="ink">{layers(digits.three(number))}</g>{cut}'
        drawn.append(f'<g transform="{matrix}">{inner}</g>')
    return "".join(drawn)


def broadcasting(digits: Digits) -> str:
    """A column of four and a row of four labels, compared all with all: filled where they are equal."""
    labels, cell = digits.threes[:4], 12
    drawn = []
    for i in range(4):
        drawn += [box(1, 15 + i * cell, cell, labels[i]), box(17 + i * cell, 1, cell, labels[i])]
        drawn += [box(17 + j * cell, 15 + i * cell, cell, labels[i] == labels[j], "dark") for j in range(4)]
    return "".join(drawn)


def box(x: float, y: float, size: float, filled: bool, look: str = "fill") -> str:
    return f'<rect class="{look if filled else "paper"}" x="{x:g}" y="{y:g}" width="{size:g}" height="{size:g}"/>'


def gradient_descent(digits: Digits) -> str:
    losses, _ = descent(digits, 12)
    points = placed(list(enumerate(losses)))
    return line(points) + dots(points)


def learning_rate(_: Digits) -> str:
    rates = measured("learning-rate", "mnist_loss: median accuracy by learning rate")
    points = placed([(math.log10(rate), right) for rate, right in rates.items()])
    return line(points, "faint") + dots(points)


def why_not_accuracy(digits: Digits) -> str:
    """Accuracy (the stair) and loss of sixty digits while one weight of a linear model is moved."""
    _, weights = descent(digits, 3)
    some, threes = digits.images[:60], digits.threes[:60]
    pixel = int(np.argmax(some.std(0)))
    stair, smooth = [], []
    for by in np.linspace(-4, 4, 161):
        z = some @ weights + by * some[:, pixel]
        stair.append((float(by), float(((z > 0) == threes).mean())))
        smooth.append((float(by), -float(np.where(threes, 1 - sigmoid(z), sigmoid(z)).mean())))
    return line(placed(smooth), "line dashed") + line(placed(stair))


def a_sensible_loss(_: Digits) -> str:
    logits = np.linspace(-6, 6, 61)
    cost = [(float(z), float(1 - sigmoid(z))) for z in logits]
    entropy = [(float(z), float(np.log1p(np.exp(-z)))) for z in logits]
    return line(placed(entropy, least=0, most=6)) + line(placed(cost, least=0, most=6), "line dashed")


def the_sigmoid(digits: Digits) -> str:
    _, weights = descent(digits, 40)
    z = digits.images[:40] @ weights
    curve = placed([(float(x), float(sigmoid(x))) for x in np.linspace(-6, 6, 49)], least=0, most=1)
    riding = [
        (5 + (WIDTH - 10) * (x + 6) / 12, HEIGHT - 5 - (HEIGHT - 10) * float(sigmoid(x))) for x in z[:60] if abs(x) < 6
    ]
    return line(curve, "faint") + dots(riding, 1.6)


def mini_batches(_: Digits) -> str:
    """How far single batches of 8, 32, 256 and 2,048 images point off, after 49 steps."""
    drawn = []
    for angle in measured("mini-batches", "images' at step 49").values():
        for turned in (-angle, angle):
            end = 6 + 120 * math.cos(math.radians(turned)), HEIGHT / 2 + 120 * math.sin(math.radians(turned))
            drawn.append(line([(6, HEIGHT / 2), end], "faint"))
    return "".join(drawn) + line([(6, HEIGHT / 2), (126, HEIGHT / 2)])


def nonlinearity(digits: Digits) -> str:
    three = digits.three(2)
    return (
        f'<rect class="paper" x="1" y="1" width="62" height="62"/>{ink(three, 1, 1, 62)}'
        f'<rect class="full" x="69" y="1" width="62" height="62"/>{ink(three, 69, 1, 62, "paper-ink")}'
    )


def linear_of_linear(_: Digits) -> str:
    """Thirty weight images, and the one that they are together."""
    cells = [box(2 + 11 * (i % 6), 5 + 11 * (i // 6), 9, False) for i in range(30)]
    return "".join(cells) + line([(74, 32), (86, 32), (82, 28), (86, 32), (82, 36)]) + box(94, 15, 34, True, "fill")


def the_network(_: Digits) -> str:
    """Thirty output weights of a trained network: thickness, and towards which digit."""
    emitted = train(Recipe(loss="bce", optimizer="momentum", augment=True, device="cpu"), load(), NoControls())
    trained = [item for item in emitted if isinstance(item, Checkpoint)][-1]
    weights = read_safetensors(trained.data)[0]["2.weight"].ravel()
    ends = [(3 + 126 * i / (len(weights) - 1), 6.0) for i in range(len(weights))]
    drawn = []
    for (x, y), weight in zip(ends, weights, strict=True):
        look = "three-line" if weight > 0 else "seven-line"
        width = 0.5 + 2.5 * abs(weight) / np.abs(weights).max()
        drawn.append(f'<path class="{look}" stroke-width="{width:.2g}" d="M{x:.1f} {y:g}L66 56"/>')
    return "".join(drawn) + dots(ends, 1.7) + dots([(66, 56)], 5)


def your_turn(_: Digits) -> str:
    return dots(placed(frontier()), 3)


DRAWN: Mapping[str, Callable[[Digits], str]] = {
    "baseline": baseline,
    "tensors": tensors,
    "broadcasting": broadcasting,
    "gradient-descent": gradient_descent,
    "learning-rate": learning_rate,
    "why-not-accuracy": why_not_accuracy,
    "a-sensible-loss": a_sensible_loss,
    "sigmoid": the_sigmoid,
    "mini-batches": mini_batches,
    "nonlinearity": nonlinearity,
    "linear-of-linear": linear_of_linear,
    "the-network": the_network,
    "your-turn": your_turn,
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    digits = Digits()
    for slug, draw in DRAWN.items():
        svg = f'<svg class="card-picture" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false">'
        (FOLDER / f"{slug}.svg").write_text(f"{svg}{draw(digits)}</svg>\n", encoding="utf-8")


if __name__ == "__main__":
    main()
