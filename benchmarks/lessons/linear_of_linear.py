"""Two layers folded into one matrix, and how near one matrix comes to a network with a bend."""

from collections.abc import Mapping

import torch
from torch import Tensor

from app.learning.inverted import inverted
from app.recipe import Recipe
from benchmarks.lessons.baseline import differing
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import SEEDS, Learned, Named, logits, seeds, share, told, valid

ONE = Recipe(model="linear")
DIGITS: Mapping[str, Mapping[str, float]] = {"plain": {}, "inverted": {"invert": 0.5, "epochs": 20}}
"""By what the recipes for them differ."""
RIDGE = 1e-6
"""Keeps the weights of pixels that are never lit from being anything at all."""


def claims(learned: Learned) -> Claims:
    yield from merging(learned)
    yield from bending(learned)
    yield from one_by_one(learned)


def merging(learned: Learned) -> Claims:
    """Of a network that has no bend."""
    for key, changes in DIGITS.items():
        straight = Recipe(model="two_linear").model_copy(update=changes)
        images, _ = valid(inverted(learned.digits, straight))
        named = learned.run(straight).named
        whole, merged = logits(straight, named, images), logits(ONE, folded(named), images)
        yield Claim(f"merged_{key}", f"{key} digits: largest difference of a logit when two layers are merged into one",
                    (whole - merged).abs().max().item(), f"{told(straight)}, float32", ".1g")  # fmt: skip
        yield Claim(f"merged_share_{key}", f"{key} digits: the same as a share of the largest logit",
                    ((whole - merged).abs().max() / whole.abs().max()).item(), told(straight), ".1g")  # fmt: skip
        yield Claim(f"merged_verdicts_{key}", f"{key} digits: verdicts that change by it",
                    differing(whole > 0, merged > 0), told(straight))  # fmt: skip


def bending(learned: Learned) -> Claims:
    """What one matrix makes of the digits that a network with ReLU reads."""
    for key, changes in DIGITS.items():
        bent, straight, one = (each.model_copy(update=changes) for each in (Recipe(), Recipe(model="two_linear"), ONE))
        digits = inverted(learned.digits, bent)
        images, threes = valid(digits)
        named = learned.run(bent).named
        score = logits(bent, named, images)
        read = score > 0
        yield Claim(f"bent_{key}", f"{key} digits: the network with ReLU is right", share(read == threes), told(bent))
        without = logits(ONE, folded(named), images)
        yield Claim(f"unbent_{key}", f"{key} digits: the same network's layers merged as if there were no ReLU, right",
                    share((without > 0) == threes), told(bent))  # fmt: skip
        yield Claim(f"unbent_verdicts_{key}", f"{key} digits: verdicts that change by it",
                    differing(without > 0, read), told(bent))  # fmt: skip
        train = digits.train_images / 255
        fitted = nearest_matrix(train, logits(bent, named, train))
        near = logits(ONE, fitted, images)
        yield Claim(f"fitted_{key}", f"{key} digits: verdicts of the best-fitting one matrix that differ",
                    differing(near > 0, read), f"{told(bent)}; least squares over the training images")  # fmt: skip
        sums = images @ named["0.weight"].T + named["0.bias"] > 0
        yield Claim(f"bends_{key}", f"{key} digits: of 30 units, those on for all digits, for none, for some",
                    [int(sums.all(0).sum()), int((~sums).all(0).sum()), int((sums.any(0) & ~sums.all(0)).sum())],
                    told(bent))  # fmt: skip
        for other, recipe in {"two_linear": straight, "linear": one, "linear_10": at_ten(one)}.items():
            others = learned.runs(seeds(recipe))
            counts = [
                differing(logits(theirs.recipe, theirs.named, seen) > 0, logits(ours.recipe, ours.named, seen) > 0)
                for theirs, ours in zip(others, learned.runs(seeds(bent)), strict=True)
                for seen in [valid(inverted(learned.digits, ours.recipe))[0]]
            ]
            yield Claim(f"{other}_{key}", f"{key} digits: verdicts in which {other} differs from ReLU",
                        counts, told(bent, SEEDS))  # fmt: skip
            yield Claim(f"{other}_accuracy_{key}", f"{key} digits: accuracy of it, by seed",
                        [run.accuracy for run in others], told(recipe, SEEDS))  # fmt: skip


def at_ten(recipe: Recipe) -> Recipe:
    return recipe.model_copy(update={"learning_rate": 10.0})


def folded(named: Named) -> dict[str, Tensor]:
    """The one layer that two layers without a bend come to: W₂W₁ and W₂b₁ + b₂."""
    weight, bias, output, last = named.values()
    return {"0.weight": output @ weight, "0.bias": output @ bias + last}


def nearest_matrix(images: Tensor, scores: Tensor) -> dict[str, Tensor]:
    """The linear model whose scores of these images differ least from given ones, by the sum of squares."""
    x = torch.cat([images, torch.ones(len(images), 1)], 1).double()
    solved = torch.linalg.solve(x.T @ x + RIDGE * torch.eye(x.shape[1]), x.T @ scores.double()).float()
    return {"0.weight": solved[None, :-1], "0.bias": solved[-1:]}


def one_by_one(learned: Learned) -> Claims:
    """How right the sum of the first k units' weight images is, units with the largest share of the logit first."""
    recipe = Recipe(model="two_linear")
    images, threes = valid(learned.digits)
    weight, bias, output, last = learned.run(recipe).named.values()
    pushes = (images @ weight.T + bias) * output
    order = pushes.std(0).argsort(descending=True)
    found = {
        str(count): share((pushes[:, order[:count]].sum(1) + last > 0) == threes) for count in (1, 2, 3, 5, 10, 20, 30)
    }
    yield Claim("folds", "accuracy of so many of its 30 units' weight images folded into one, most telling first",
                found, told(recipe))  # fmt: skip
