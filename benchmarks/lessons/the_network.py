"""The article's network: what it reaches, with fewer units, with some switched off, and what needs no learning."""

from collections.abc import Sequence

import torch
from torch import Tensor

from app.presets import preset
from app.recipe import Recipe
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import SEEDS, Learned, Named, seeds, share, told, valid
from benchmarks.lessons.nonlinearity import silent

MORE_SEEDS = range(10)
ARTICLE_ACCURACY, ARTICLE_LOSS = 0.9847, 0.0184
WIDTHS = (1, 2, 3, 10, 30)


def claims(learned: Learned) -> Claims:
    yield Claim("parameters", "numbers that are learned", 784 * 30 + 30 + 30 + 1, "exact")
    for key in ("textbook", "headline"):
        recipe = preset(key).recipe
        runs = learned.runs(seeds(recipe, MORE_SEEDS))
        source = told(recipe, MORE_SEEDS)
        yield Claim(f"{key}_accuracy", f"{key}: accuracy by seed", [run.accuracy for run in runs], source)
        yield Claim(f"{key}_loss", f"{key}: validation loss by seed", [run.loss for run in runs], source, ".4f")
        means = [sum(value or 0 for value in values) / len(runs)
                 for values in ([run.accuracy for run in runs], [run.loss for run in runs])]  # fmt: skip
        yield Claim(f"{key}_means", f"{key}: mean accuracy and loss", means, source, ".4f")
        reach = [run.recipe.seed for run in runs
                 if round(run.accuracy or 0, 4) >= ARTICLE_ACCURACY and (run.loss or 1) <= ARTICLE_LOSS]  # fmt: skip
        yield Claim(
            f"{key}_reach", f"{key}: seeds that reach 98.47 % at a loss of 0.0184 or better", reach or "none", source
        )
    for width in WIDTHS:
        recipe = Recipe(hidden=width)
        yield Claim(f"width_{width}", f"accuracy with {width} units, by seed",
                    [run.accuracy for run in learned.runs(seeds(recipe))], told(recipe, SEEDS))  # fmt: skip
    yield from switched_off(learned)
    for rate in (0.1, 1.0, 10.0):
        recipe = Recipe(freeze=True, learning_rate=rate)
        yield Claim(f"frozen_{rate:g}", f"hidden layer left as the seed made it, rate {rate:g}: accuracy by seed",
                    [run.accuracy for run in learned.runs(seeds(recipe))], told(recipe, SEEDS))  # fmt: skip
    recipe = Recipe(model="linear", learning_rate=10.0)
    runs = learned.runs(seeds(recipe, range(5)))
    yield Claim(
        "linear_10", "one layer at rate 10: accuracy by seed", [run.accuracy for run in runs], told(recipe, range(5))
    )
    yield Claim(
        "linear_10_loss", "its validation loss by seed", [run.loss for run in runs], told(recipe, range(5)), ".4f"
    )
    runs = learned.runs(seeds(Recipe(), MORE_SEEDS))
    yield Claim("dead", "units of 30 that answer to none of the training images, by seed",
                [silent(learned, run.recipe, run.named) for run in runs], told(Recipe(), MORE_SEEDS))  # fmt: skip


def switched_off(learned: Learned) -> Claims:
    images, threes = valid(learned.digits)
    for seed in SEEDS:
        recipe = Recipe(seed=seed)
        pushes, last = contributions(learned.run(recipe).named, images)
        kept = least_first(pushes, last, threes)
        alone = [share(((pushes.sum(1) - pushes[:, unit] + last) > 0) == threes) for unit in range(recipe.hidden)]
        yield Claim(f"one_off_{seed}", f"accuracy with any one unit switched off: lowest and highest, seed {seed}",
                    [min(alone), max(alone)], told(recipe))  # fmt: skip
        limits = {f"{limit:.1%}": most_off(kept, limit) for limit in (0.98, 0.97, 0.9514)}
        yield Claim(f"off_{seed}",
                    f"units off, least missed first, with which accuracy still is 98 %, 97 %, L1's, seed {seed}",
                    limits, told(recipe))  # fmt: skip
        yield Claim(f"kept_{seed}", f"accuracy with only 1, 2, 3, 5, 10 units left so, seed {seed}",
                    [kept[recipe.hidden - count] for count in (1, 2, 3, 5, 10)], told(recipe))  # fmt: skip


def contributions(named: Named, images: Tensor) -> tuple[Tensor, Tensor]:
    """What each unit adds to the logit of each image [n, units], and the logit's own bias."""
    weight, bias, output, last = named.values()
    return (images @ weight.T + bias).relu() * output, last


def least_first(pushes: Tensor, last: Tensor, threes: Tensor) -> list[float]:
    """Accuracy with 0, 1, 2, … units off, each time that one which is missed least (by accuracy, then by the loss)."""
    on = list(range(pushes.shape[1]))
    logit = pushes.sum(1) + last
    sign = torch.where(threes, -1.0, 1.0)
    found = [share((logit > 0) == threes)]
    while on:
        others = logit[:, None] - pushes[:, on]
        right = ((others > 0) == threes[:, None]).double().mean(0)
        score = right - 1e-6 * (others * sign[:, None]).sigmoid().mean(0)
        best = int(score.argmax())
        logit = others[:, best]
        found.append(right[best].item())
        del on[best]
    return found


def most_off(kept: Sequence[float], limit: float) -> int:
    """How many units can be off with at least that accuracy left, in that order; on the way it may be less."""
    return max((off for off, value in enumerate(kept) if value >= limit), default=-1)
