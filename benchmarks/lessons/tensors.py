"""Shapes, what torch refuses, and images whose pixels change places."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from app.experiments import ArrayAndTensor
from app.learning.dataset import Digits
from app.learning.experiments.array_and_tensor import array_and_tensor
from app.learning.experiments.shuffled_pixels import reordered
from app.learning.prepared import Prepared
from app.recipe import Recipe
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import SEEDS, Learned, answer, logits, seeds, told, valid


def claims(learned: Learned) -> Claims:
    yield from blocks(learned.digits)
    yield from places(learned)


def blocks(digits: Digits) -> Claims:
    images, threes = valid(digits)
    stack = images[threes].view(-1, 28, 28)
    pieces = [stack, stack[5], stack[5, 13], stack[5, 13, 14], stack[5, :, 14], stack[5, :, 14:15]]
    yield Claim("shape", "shapes of the stack, stack[5], [5, 13], [5, 13, 14], [5, :, 14] and [5, :, 14:15]",
                [str(list(each.shape)) for each in pieces], "the 3s among the validation images")  # fmt: skip
    for each in answer(array_and_tensor(ArrayAndTensor(), digits)).beside:
        for by, ran in (("numpy", each.numpy), ("torch", each.torch)):
            library = f"{by} {np.__version__ if by == 'numpy' else torch.__version__}"
            yield Claim(f"{by}_{each.about}", "; ".join(ran.code.splitlines()), ran.shown, library)


def places(learned: Learned) -> Claims:
    digits, recipe = learned.digits, Recipe()
    images, _ = valid(digits)
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
    named = dict(plain[0].named)
    before = logits(recipe, named, images)
    named["0.weight"] = named["0.weight"][:, place]
    moved = logits(recipe, named, images[:, place]) - before
    yield Claim("moved", "largest change of a logit when pixels and first-layer weights move by the same permutation",
                moved.abs().max().item(), told(recipe), ".1g")  # fmt: skip


def scattered(digits: Digits) -> Digits:
    """Every image's pixels in an order of its own."""
    generator = torch.Generator().manual_seed(0)

    def scatter(images: Tensor) -> Tensor:
        return images.gather(1, torch.rand(images.shape, generator=generator).argsort(1))

    return replace(digits, train_images=scatter(digits.train_images), valid_images=scatter(digits.valid_images))
