"""Shapes that stretch: what it saves, and what it does to an accuracy when nobody asked for it."""

import time

from torch import Tensor

from app.experiments import Timing, Timings
from app.learning.baseline import l1, l2, means
from app.learning.experiments.timings import timings
from app.recipe import Recipe
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import Learned, answer, logits, share, told, valid

IMAGES = "2,038 validation images"


def claims(learned: Learned) -> Claims:
    digits, recipe = learned.digits, Recipe()
    images, threes = valid(digits)
    three, seven = means(digits)
    scores = {
        "l1": (l1(images, seven) - l1(images, three), IMAGES),
        "l2": (l2(images, seven) - l2(images, three), IMAGES),
        "network": (logits(recipe, learned.run(recipe).named, images), told(recipe)),
    }
    for key, (score, source) in scores.items():
        read = score > 0
        yield Claim(f"right_{key}", f"[2038] == [2038]: {key} is right", share(read == threes), source)
        yield Claim(f"wrong_{key}", f"[2038, 1] == [2038]: {key} is said to be right", stretched(read, threes), source)
    compared = (threes.unsqueeze(1) == threes).numel()
    yield Claim("comparisons", "comparisons that [2038, 1] == [2038] makes", compared, IMAGES)
    yield Claim("perfect", "[2038, 1] == [2038] of the right answers themselves", stretched(threes, threes), IMAGES)
    stack, ideal = images.view(-1, 28, 28), three.view(28, 28)
    shapes = [stack, stack - ideal, (stack - ideal).abs(), (stack - ideal).abs().mean((-1, -2))]
    yield Claim("shapes", "shapes in (stack - mean3).abs().mean((-1, -2))", [str(list(each.shape)) for each in shapes],
                IMAGES)  # fmt: skip
    wide = ideal.expand(stack.shape)
    yield Claim("stride", "strides of mean3 stretched over the stack", str(list(wide.stride())), IMAGES)
    used = ideal.numel() * ideal.element_size()
    yield Claim("bytes", "bytes of mean3 stretched, and of as many copies",
                {"stretched": used, "copies": wide.numel() * wide.element_size()}, IMAGES)  # fmt: skip
    found = answer(timings(Timings(), digits, clock=time.process_time)).timings  # the core's own
    yield Claim("loops", "milliseconds of the distances of all images to the mean 3", took(found, "distances"),
                f"{IMAGES}, this machine, one thread", ".2f")  # fmt: skip
    loop, at_once = (_milliseconds(found, way) for way in ("loop", "broadcast"))
    yield Claim("ratio", "times as long: a Python loop over pixels; a loop over images in torch",
                {by: loop[by] / at_once["torch"] for by in ("python", "torch") if by in loop},
                "this machine, one thread, torch's broadcast as 1", ".0f")  # fmt: skip


def stretched(read: Tensor, threes: Tensor) -> float:
    """The "accuracy" of a column of verdicts against a row of truths."""
    return share(read.unsqueeze(1) == threes)


def took(found: list[Timing], task: str) -> dict[str, float]:
    return {f"{each.by}, {each.way}": each.milliseconds for each in found if (each.task, each.device) == (task, "cpu")}


def _milliseconds(found: list[Timing], way: str) -> dict[str, float]:
    return {
        each.by: each.milliseconds for each in found if (each.task, each.way, each.device) == ("distances", way, "cpu")
    }
