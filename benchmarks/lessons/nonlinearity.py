"""Digits of which half are inverted: where every linear score stops, and what a bend does."""

from dataclasses import replace

import torch
from torch import Tensor

from app.learning.inverted import inverted
from app.recipe import Activation, Recipe
from app.sweep import combinations
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import SEEDS, Learned, Named, logits, middle, seeds, share, told, valid

HALF = Recipe(invert=0.5, epochs=20)
LINEAR_RATES = (0.01, 0.1, 1.0, 10.0)
RATES = (0.1, 1.0)
ACTIVATIONS: tuple[Activation, ...] = ("relu", "tanh", "sigmoid", "none")


def claims(learned: Learned) -> Claims:
    yield from ceiling(learned)
    for rate in RATES:
        for activation in ACTIVATIONS:
            recipe = HALF.model_copy(update={"activation": activation, "learning_rate": rate})
            found = [run.accuracy for run in learned.runs(seeds(recipe))]
            yield Claim(f"{activation}_{rate:g}", f"half inverted, {activation}, rate {rate:g}: accuracy by seed",
                        found, told(recipe, SEEDS))  # fmt: skip
    longer = HALF.model_copy(update={"learning_rate": 0.3})
    yield Claim("relu_0.3", "half inverted, relu, rate 0.3: accuracy by seed",
                [run.accuracy for run in learned.runs(seeds(longer))], told(longer, SEEDS))  # fmt: skip
    yield from mirrored(learned)
    for key, recipe in {"plain": Recipe(), "inverted": HALF}.items():
        dead = [silent(learned, run.recipe, run.named) for run in learned.runs(seeds(recipe))]
        yield Claim(f"dead_{key}", f"{key}: hidden units of 30 that answer to none of the training images, by seed",
                    dead, told(recipe, SEEDS))  # fmt: skip


def ceiling(learned: Learned) -> Claims:
    linear = HALF.model_copy(update={"model": "linear"})
    runs = iter(learned.runs(combinations(linear, {"learning_rate": LINEAR_RATES, "seed": SEEDS})))
    by_rate = {f"{rate:g}": middle([next(runs).accuracy for _ in SEEDS]) for rate in LINEAR_RATES}
    yield Claim("linear", "half inverted, one layer: median accuracy by learning rate", by_rate, told(linear, SEEDS))
    longest = linear.model_copy(update={"loss": "bce", "optimizer": "adam", "learning_rate": 0.001, "epochs": 100})
    found = [run.accuracy for run in learned.runs(seeds(longest))]
    yield Claim("linear_longest", "half inverted, one layer, cross-entropy and Adam, 100 epochs: accuracy by seed",
                found, told(longest, SEEDS))  # fmt: skip
    seen = inverted(learned.digits, longest)
    train = replace(seen, valid_images=seen.train_images, valid_targets=seen.train_targets)
    images, threes = valid(train)
    read = logits(longest, learned.run(longest).named, images) > 0
    yield Claim(
        "linear_train", "the same, of its own 12,396 training images, seed 0", share(read == threes), told(longest)
    )


def mirrored(learned: Learned) -> Claims:
    """s(1 − x) = c − s(x) for every linear score s, c being the sum of its weights and twice its bias."""
    images, threes = valid(learned.digits)
    x = images.double()
    two = HALF.model_copy(update={"model": "two_linear"})
    for key, recipe in {"linear": HALF.model_copy(update={"model": "linear"}), "two_linear": two, "relu": HALF}.items():
        named = learned.run(recipe).named
        plain, negative = logits(recipe, named, x), logits(recipe, named, 1 - x)
        both = torch.zeros(1, 784, dtype=torch.float64)
        c = sum(logits(recipe, named, each) for each in (both, both + 1))
        yield Claim(f"mirror_{key}", f"{key}: largest |s(1 − x) − (c − s(x))|, c = s(all black) + s(all white)",
                    (negative - (c - plain)).abs().max().item(), f"{told(recipe)}, float64", ".1g")  # fmt: skip
        right = [(z > 0) == threes for z in (plain, negative)]
        yield Claim(f"pairs_{key}", f"{key}: 3s read rightly both as they are and inverted, and 7s",
                    [int((right[0] & right[1])[digit].sum()) for digit in (threes, ~threes)], told(recipe))  # fmt: skip
        yield Claim(f"both_{key}", f"{key}: accuracy over every validation image in both forms",
                    share(torch.cat(right)), told(recipe))  # fmt: skip


def silent(learned: Learned, recipe: Recipe, named: Named) -> int:
    images: Tensor = inverted(learned.digits, recipe).train_images / 255
    return int((~(images @ named["0.weight"].T + named["0.bias"] > 0).any(0)).sum())
