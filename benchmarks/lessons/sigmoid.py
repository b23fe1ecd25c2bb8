"""Where logits lie on the curve, from the first step to the last, and where its middle is a line."""

import torch
from torch import Tensor

from app.recipe import Recipe
from benchmarks.lessons.baseline import differing
from benchmarks.lessons.claim import Claim, Claims, Value
from benchmarks.lessons.learned import Learned, after, logits, seeds, share, told, valid

STEPS = (0, 49, 245, 980, 1960)


def claims(learned: Learned) -> Claims:
    digits, recipe = learned.digits, Recipe()
    images, threes = valid(digits)
    for step in STEPS:
        placed = after(recipe, step, digits)
        z = logits(recipe, placed.named(placed.values), images)
        found: dict[str, Value] = {
            "lowest": f"{z.min().item():.2f}",
            "highest": f"{z.max().item():.2f}",
            "|z| < 1": share(z.abs() < 1),
            "|z| > 6": share(z.abs() > 6),
        }
        yield Claim(f"step_{step}", f"logits at step {step:,}: range, in the middle, far out", found,
                    f"textbook, seed 0, step {step:,}; validation images")  # fmt: skip
    ranges: list[Tensor] = []
    for each in seeds(recipe, range(10)):
        placed = after(each, 0, digits)
        ranges += logits(each, placed.named(placed.values), images).aminmax()
    yield Claim("first_range", "lowest and highest logit of ten untrained networks",
                [min(ranges).item(), max(ranges).item()], "textbook, seeds 0–9, step 0", ".2f")  # fmt: skip
    for loss in ("mnist_loss", "bce"):
        ended = recipe.model_copy(update={"loss": loss})
        z = logits(ended, learned.run(ended).named, images)
        yield Claim(f"end_{loss}", f"{loss}: logits at the end with |z| < 1 and with |z| > 6",
                    [share(z.abs() < 1), share(z.abs() > 6)], told(ended))  # fmt: skip
    z = logits(recipe, learned.run(recipe).named, images)
    yield Claim("thresholds", "verdicts that differ between logit > 0 and probability > 0.5",
                differing(z > 0, z.sigmoid() > 0.5), told(recipe))  # fmt: skip
    yield Claim("logit_half", "verdicts that change with the threshold 0.5 put to the logit", differing(z > 0, z > 0.5),
                told(recipe))  # fmt: skip
    yield Claim("probability_0", "accuracy with the threshold 0 put to the probability (everything is a 3)",
                share((z.sigmoid() > 0) == threes), told(recipe))  # fmt: skip
    at = torch.tensor([0.5, 0.8, 1.0, 2.0, 4.0, 6.0], dtype=torch.float64)
    off = (0.5 + at / 4 - at.sigmoid()).tolist()
    yield Claim(
        "line", "how far the line ½ + z/4 lies above the sigmoid at z = 0.5, 0.8, 1, 2, 4, 6", off, "exact", ".4f"
    )
    yield Claim(
        "values", "σ(0), σ(1), σ(2), σ(6)", torch.tensor([0.0, 1, 2, 6]).double().sigmoid().tolist(), "exact", ".4f"
    )
