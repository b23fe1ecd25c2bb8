"""What a budget of parameters and epochs buys, and how digits could be kept for a last test."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from app.experiments import parameters
from app.presets import preset
from app.recipe import Recipe
from benchmarks.lessons.baseline import by_digit
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import SEEDS, Learned, logits, middle, seeds, share, told, valid

KEPT = 2038
"""Training images kept for a last test: as many as there are validation images."""

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
    "adam": preset("adam").recipe,
    "ten units, augmented": Recipe(
        hidden=10, loss="bce", optimizer="adam", learning_rate=0.003, batch_size=64, epochs=10, augment=True
    ),
    "augmented": preset("augmented").recipe,
}
"""Where accuracy comes cheaply, and where it is dear."""
TESTED: Mapping[str, Sequence[int]] = {"textbook": SEEDS, "augmented": (0,)}
"""And their seeds: augmenting is slow."""


def claims(learned: Learned) -> Claims:
    costs, reached = {}, {}
    for name, recipe in ENTRIES.items():
        found = [run.accuracy for run in learned.runs(seeds(recipe))]
        costs[name], reached[name] = parameters(recipe) * recipe.epochs, middle(found) or 0.0
        yield Claim(name, f"{name}: {parameters(recipe):,} parameters × {recipe.epochs} epochs, accuracy",
                    {"cost": costs[name], "seeds": found, "median": reached[name]}, told(recipe, SEEDS))  # fmt: skip
    frontier = [
        name for name in sorted(costs, key=costs.__getitem__)
        if not any(beats(other, name, costs, reached) for other in costs)
    ]  # fmt: skip
    yield Claim("frontier", "those that none beats in both accuracy and cost, cheapest first",
                frontier, "the medians above")  # fmt: skip
    yield from last_test(learned)


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
    last = torch.arange(counts[0]) >= counts[0] - KEPT
    random = torch.zeros_like(last)
    random[torch.randperm(counts[0], generator=torch.Generator().manual_seed(37))[:KEPT]] = True
    for way, kept in {"last": last, "random": random}.items():
        some = Learned(
            replace(digits, train_images=digits.train_images[~kept], train_targets=digits.train_targets[~kept])
        )
        test = replace(digits, valid_images=digits.train_images[kept], valid_targets=digits.train_targets[kept])
        images, threes = valid(test)
        source = f"{counts[0] - KEPT:,} training images, {KEPT:,} kept ({way}), {int(threes.sum()):,} of them 3s"
        for name in TESTED if way == "last" else ("textbook",):
            runs = some.runs(seeds(ENTRIES[name], TESTED[name]))
            of = f"{name}, seeds {', '.join(map(str, TESTED[name]))}; {source}"
            yield Claim(f"{way}_{name}_valid", f"{name}, {way} kept: accuracy on the validation images, by seed",
                        [run.accuracy for run in runs], of)  # fmt: skip
            read = [logits(run.recipe, run.named, images) > 0 for run in runs]
            yield Claim(f"{way}_{name}_test", f"{name}, {way} {KEPT:,} kept: accuracy on those kept, by seed",
                        [share(each == threes) for each in read], of)  # fmt: skip
            yield Claim(f"{way}_{name}_test_by_digit", f"{name}, {way} {KEPT:,} kept: of the kept 3s and 7s, seed 0",
                        by_digit(read[0] == threes, threes), of)  # fmt: skip
    yield from halves(learned)


def halves(learned: Learned) -> Claims:
    """MNIST's test images: its first half comes from other writers than its second."""
    images, threes = valid(learned.digits)
    at = len(images) // 2
    for name, which in TESTED.items():
        runs = learned.runs(seeds(ENTRIES[name], which))
        right = [(logits(run.recipe, run.named, images) > 0) == threes for run in runs]
        yield Claim(f"halves_{name}", f"{name}: accuracy on the validation images' first and second half",
                    [{"first": share(each[:at]), "second": share(each[at:])} for each in right],
                    told(ENTRIES[name], which))  # fmt: skip


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
