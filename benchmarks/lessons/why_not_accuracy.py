"""What a small change of one weight does to verdicts and to the loss, and training by a loss without a slope."""

from hashlib import sha256
from typing import NamedTuple

import torch
from torch import Tensor

from app.learning.models import first_values
from app.recipe import Recipe
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import Learned, Named, after, seeds, told, valid

BY = 0.1
"""What a weight is raised by."""
STAIR = torch.linspace(-2, 2, 401, dtype=torch.float64)


class Raised(NamedTuple):
    """For each first-layer weight [units, 784]: how many verdicts change when it is raised, and by how much the loss
    does, float64."""

    flips: Tensor
    moved: Tensor


def claims(learned: Learned) -> Claims:
    digits, recipe = learned.digits, Recipe()
    images, threes = valid(digits)
    trained = learned.run(recipe).named
    untrained = after(recipe, 0, digits)
    for key, named, step in (
        ("trained", trained, recipe.steps),
        ("untrained", untrained.named(untrained.values), 0),
    ):
        source = f"textbook, seed 0, step {step:,}; each of 23,520 first-layer weights + {BY}, validation images"
        found = raised(named, images, threes)
        yield Claim(f"{key}_none", "weights that change no verdict", (found.flips == 0).double().mean().item(), source)
        yield Claim(f"{key}_most", "most verdicts that one weight changes", int(found.flips.max()), source)
        yield Claim(
            f"{key}_with_most", "weights that change as many", int((found.flips == found.flips.max()).sum()), source
        )
        lit = images.amax(0) > 0
        moved = found.moved[:, lit & (digits.train_images.amax(0) > 0)].abs()
        yield Claim(f"{key}_moved", "by how much the loss moves, median and largest (pixels that are ever lit)",
                    [moved.median().item(), moved.max().item()], source, ".2g")  # fmt: skip
        silent = (found.flips == 0) & (found.moved != 0)
        yield Claim(f"{key}_silent", "weights that change no verdict and yet move the loss",
                    silent.double().mean().item(), source)  # fmt: skip
    yield from stair(trained, images, threes)
    yield from no_slope(learned)


def raised(named: Named, images: Tensor, threes: Tensor) -> Raised:
    x, sign = images.double(), torch.where(threes, -1.0, 1.0).double()[:, None]
    weight, bias, output, last = (value.double() for value in named.values())
    sums = x @ weight.T + bias
    hidden = sums.relu()
    logits = hidden @ output.T + last
    flips = torch.zeros(weight.shape, dtype=torch.int64)
    moved = torch.zeros(weight.shape, dtype=torch.float64)
    for pixel in range(x.shape[1]):
        rows = x[:, pixel].nonzero().squeeze(1)
        if not len(rows):
            continue
        others = logits[rows] + ((sums[rows] + BY * x[rows, pixel, None]).relu() - hidden[rows]) * output
        flips[:, pixel] = ((others > 0) != (logits[rows] > 0)).sum(0)
        before = (logits[rows] * sign[rows]).sigmoid()
        moved[:, pixel] = ((others * sign[rows]).sigmoid() - before).sum(0) / len(x)
    return Raised(flips, moved)


def stair(named: Named, images: Tensor, threes: Tensor) -> Claims:
    """Accuracy along the first of the weights that change most verdicts."""
    found = raised(named, images, threes)
    unit, pixel = divmod(int(found.flips.argmax()), 784)
    x, sign = images.double(), torch.where(threes, -1.0, 1.0).double()[:, None]
    weight, bias, output, last = (value.double() for value in named.values())
    sums = x @ weight.T + bias
    rest = sums.relu() @ output.T + last - sums[:, unit, None].relu() * output[0, unit]
    logits = rest + (sums[:, unit, None] + STAIR * x[:, pixel, None]).relu() * output[0, unit]
    accuracy = ((logits > 0) == threes[:, None]).double().mean(0)
    losses = (logits * sign).sigmoid().mean(0)
    source = f"textbook, seed 0, last step; unit {unit}, row {pixel // 28}, column {pixel % 28}, −2 to 2 by 0.01"
    yield Claim("stair_weight", "the first of the weights that change most verdicts (unit, row, column, its value)",
                {"unit": unit, "row": pixel // 28, "column": pixel % 28,
                 "value": named["0.weight"][unit, pixel].item()}, source, ".4f")  # fmt: skip
    flat = (accuracy[1:] == accuracy[:-1]).double().mean().item()
    yield Claim("stair_flat", "of 400 nudges of it by 0.01, those that leave accuracy as it was", flat, source)
    still = (losses[1:] == losses[:-1]).double().mean().item()
    yield Claim("stair_loss", "of the same nudges, those that leave the loss as it was", still, source)
    yield Claim(
        "stair_range", "lowest and highest accuracy along it", [accuracy.min().item(), accuracy.max().item()], source
    )


def no_slope(learned: Learned) -> Claims:
    """Training by accuracy itself."""
    recipe = Recipe(loss="accuracy", epochs=5)
    runs = learned.runs(seeds(recipe, range(5)))
    source = told(recipe, range(5))
    norms = [norm for run in runs for norm in run.norms]
    yield Claim("gradients", "steps whose gradient is exactly 0, of all steps",
                [sum(norm == 0 for norm in norms), len(norms)], source)  # fmt: skip
    same = [fingerprint(run.named) == fingerprint(first_values(recipe, run.recipe.seed)) for run in runs]
    yield Claim("hash", "runs whose weights have the same SHA-256 at the end as at the start", sum(same), source)
    yield Claim("hash_0", "that of seed 0, first 16 digits", fingerprint(runs[0].named)[:16], source)
    yield Claim("stuck", "accuracy by seed, which is that of the first weights", [run.accuracy for run in runs], source)


def fingerprint(named: Named) -> str:
    """Of all parameters' bits, layer by layer."""
    return sha256(b"".join(named[name].contiguous().numpy().tobytes() for name in sorted(named))).hexdigest()
