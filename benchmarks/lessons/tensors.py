"""Shapes, what torch refuses, and images whose pixels change places."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from app.learning.dataset import Digits
from app.learning.prepared import Prepared
from app.recipe import Recipe
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import SEEDS, Learned, logits, seeds, told, valid


def claims(learned: Learned) -> Claims:
    digits, recipe = learned.digits, Recipe()
    stack = digits.valid_images.view(-1, 28, 28) / 255
    yield Claim("shape", "shapes of the stack, stack[5], stack[5, :, 14] and stack[5, 9, 14]",
                [str(list(each.shape))
                 for each in (stack, stack[5], stack[5, :, 14], stack[5, 9, 14])], "validation images")  # fmt: skip
    refused = {"jagged": [[1, 2], [3]], "mixed": [1.0, "two"]}
    for key, what in refused.items():
        yield Claim(f"torch_{key}", f"torch.tensor({what})", refusal(torch.tensor, what), f"torch {torch.__version__}")
        yield Claim(f"numpy_{key}", f"np.array({what})", refusal(np.array, what), f"numpy {np.__version__}")
    place = torch.randperm(784, generator=torch.Generator().manual_seed(0))
    same = Learned(reordered(digits, place))
    own = Learned(scattered(digits))
    asked = seeds(recipe)
    plain, shuffled = learned.runs(asked), same.runs(asked)
    source = told(recipe, SEEDS)
    yield Claim("plain", "accuracy by seed, pixels where they belong", [run.accuracy for run in plain], source)
    yield Claim("shuffled", "all images' pixels shuffled by one permutation", [run.accuracy for run in shuffled],
                f"{source}; torch.randperm(784), seed 0")  # fmt: skip
    yield Claim("scattered", "each image's pixels shuffled by a permutation of its own (its ink is left)",
                own.run(recipe).accuracy, told(recipe))  # fmt: skip
    l1 = [Prepared(each.digits).of(recipe, torch.device("cpu"))[1].l1 for each in (learned, same)]
    yield Claim(
        "baseline", "the nearer mean image by L1, plain and shuffled by one permutation", l1, "validation images"
    )
    images, _ = valid(digits)
    named = dict(plain[0].named)
    before = logits(recipe, named, images)
    named["0.weight"] = named["0.weight"][:, place]
    moved = logits(recipe, named, images[:, place]) - before
    yield Claim("moved", "largest change of a logit when pixels and first-layer weights move by the same permutation",
                moved.abs().max().item(), told(recipe), ".1g")  # fmt: skip


def reordered(digits: Digits, place: Tensor) -> Digits:
    """Every image's pixels in the same other order."""
    return replace(
        digits, train_images=digits.train_images[:, place].contiguous(),
        valid_images=digits.valid_images[:, place].contiguous(),
    )  # fmt: skip


def scattered(digits: Digits) -> Digits:
    """Every image's pixels in an order of its own."""
    generator = torch.Generator().manual_seed(0)

    def scatter(images: Tensor) -> Tensor:
        return images.gather(1, torch.rand(images.shape, generator=generator).argsort(1))

    return replace(digits, train_images=scatter(digits.train_images), valid_images=scatter(digits.valid_images))


def refusal(make: Any, of: Any) -> str:
    """The library's own words, or what it made of it."""
    try:
        made = make(of)
    except (TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return f"{made!r}"
