"""What a budget of parameters and epochs buys, and how digits could be kept for a last test."""

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from app.lessons.budget import entry_recipe, price
from app.presets import preset
from app.recipe import HELD_OUT, Recipe
from benchmarks.lessons.baseline import by_digit
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import SEEDS, Learned, logits, middle, seeds, share, told, valid

ENTRIES: Mapping[str, Recipe] = {
    "one layer, 1 epoch": Recipe(model="linear", learning_rate=10.0, epochs=1),
    "one layer, 5 epochs": Recipe(model="linear", learning_rate=10.0, epochs=5),
    "one layer, small batches": Recipe(model="linear", learning_rate=3.0, batch_size=32, epochs=10),
    "one unit": Recipe(hidden=1, learning_rate=1.0, epochs=10),
    "three units": Recipe(hidden=3, learning_rate=1.0, batch_size=32, epochs=5),
    "three units, Adam": Recipe(hidden=3, loss="bce", optimizer="adam", learning_rate=0.01, batch_size=64, epochs=5),
    "ten units, Adam": Recipe(hidden=10, loss="bce", optimizer="adam", learning_rate=0.003, batch_size=64, epochs=5),
    "thirty units, Adam, 1 epoch": Recipe(loss="bce", optimizer="adam", learning_rate=0.003, batch_size=32, epochs=1),
    "textbook": Recipe(),
    "textbook, batches of 32": Recipe(batch_size=32),
    "thirty units, Adam": preset("adam").recipe,
    "ten units, augmented": Recipe(
        hidden=10, loss="bce", optimizer="adam", learning_rate=0.003, batch_size=64, epochs=10, augment=True
    ),
    "thirty units, augmented": preset("augmented").recipe,
}
"""Where accuracy comes cheaply, and where it is dear. All of them are within the lesson's budget."""


def claims(learned: Learned) -> Claims:
    costs: dict[str, int] = {}
    reached: dict[str, float] = {}
    tested: dict[str, float] = {}
    images, threes = held_out(learned)
    for name, chosen in ENTRIES.items():
        recipe = entry_recipe(chosen)
        runs = learned.runs(seeds(recipe))
        test = [None if run.failed else share((logits(recipe, run.named, images) > 0) == threes) for run in runs]
        scores = [run.accuracy for run in runs]
        costs[name], reached[name], tested[name] = price(recipe), middle(scores) or 0.0, middle(test) or 0.0
        yield Claim(name, f"{name}, price {price(recipe):,}: score, and last test",
                    {"score": reached[name], "seeds": scores, "last test": tested[name], "test by seed": test},
                    told(recipe, SEEDS))  # fmt: skip
    frontier = [
        name for name in sorted(costs, key=costs.__getitem__)
        if not any(beats(other, name, costs, reached) for other in costs)
    ]  # fmt: skip
    yield Claim("frontier", "those that none beats in both score and price, cheapest first",
                frontier, "the scores above")  # fmt: skip
    order = [sorted(found, key=found.__getitem__, reverse=True) for found in (reached, tested)]
    yield Claim("order", "best first, by score and by last test", {"score": order[0], "last test": order[1]},
                "the medians above")  # fmt: skip
    yield from last_test(learned)


def held_out(learned: Learned) -> tuple[Tensor, Tensor]:
    """Images, 0 to 1, and which are 3s."""
    return learned.digits.train_images[-HELD_OUT:] / 255, learned.digits.train_targets[-HELD_OUT:] == 1


def beats(one: str, other: str, costs: Mapping[str, int], reached: Mapping[str, float]) -> bool:
    as_good = costs[one] <= costs[other] and reached[one] >= reached[other]
    return as_good and (costs[one], reached[one]) != (costs[other], reached[other])


def last_test(learned: Learned) -> Claims:
    """All 3s and 7s of MNIST are embedded, so that a last test can only be taken from among them."""
    digits = learned.digits
    counts = len(digits.train_images), len(digits.valid_images)
    yield Claim("embedded", "3s and 7s among the 60,000 and the 10,000 images of MNIST that Threeseven comes with",
                list(counts), "app/data: every one, none remains")  # fmt: skip
    which = torch.arange(0, counts[0], 4)
    away = (nearest(digits.train_images, which) - which).abs()
    yield Claim("neighbours", "images whose nearest other is among the 100 before or after it in the file; by chance",
                [share(away <= 100), 200 / counts[0]], "every fourth of 12,396 training images, L2")  # fmt: skip
    images, threes = held_out(learned)
    yield Claim("threes", "share of 3s among the last 2,038 training images, and among all", [share(threes),
                share(digits.train_targets == 1)], "app/data")  # fmt: skip
    recipe = entry_recipe(Recipe())
    read = [logits(recipe, run.named, images) > 0 for run in learned.runs(seeds(recipe))]
    yield Claim("last", "textbook without the last 2,038 training images: accuracy on those, by seed",
                [share(each == threes) for each in read], told(recipe, SEEDS))  # fmt: skip
    yield Claim("last_by_digit", "the same, of their 3s and their 7s, seed 0",
                by_digit(read[0] == threes, threes), told(recipe))  # fmt: skip
    random = torch.zeros(counts[0], dtype=torch.bool)
    random[torch.randperm(counts[0], generator=torch.Generator().manual_seed(37))[:HELD_OUT]] = True
    some = Learned(
        replace(digits, train_images=digits.train_images[~random], train_targets=digits.train_targets[~random])
    )
    anywhere, their_threes = digits.train_images[random] / 255, digits.train_targets[random] == 1
    runs = some.runs(seeds(Recipe()))
    yield Claim("random", "textbook without 2,038 training images from anywhere: accuracy on those, by seed",
                [share((logits(run.recipe, run.named, anywhere) > 0) == their_threes) for run in runs],
                f"seeds 0–2; {counts[0] - HELD_OUT:,} training images")  # fmt: skip
    yield from halves(learned)


def halves(learned: Learned) -> Claims:
    """MNIST's test images: its first half comes from other writers than its second."""
    images, threes = valid(learned.digits)
    at = len(images) // 2
    runs = learned.runs(seeds(Recipe()))
    right = [(logits(run.recipe, run.named, images) > 0) == threes for run in runs]
    yield Claim("halves", "textbook: accuracy on the validation images' first and second half",
                [{"first": share(each[:at]), "second": share(each[at:])} for each in right],
                told(Recipe(), SEEDS))  # fmt: skip


def nearest(images: Tensor, which: Tensor) -> Tensor:
    """The index of the nearest other image to each of these: [n]."""
    x = images.float() / 255
    squares = x.square().sum(1)
    found = []
    for some in torch.split(which, 512):
        distances = squares - 2 * x[some] @ x.T
        distances[torch.arange(len(some)), some] = torch.inf
        found.append(distances.argmin(1))
    return torch.cat(found)
