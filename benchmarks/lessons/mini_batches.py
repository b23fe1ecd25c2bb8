"""Sizes of mini-batches by epoch, by step and by time, how far their gradients point astray, and the images' order."""

import time
from collections.abc import Mapping
from math import inf

import torch

from app.experiments import OfRecipe, SampledGradients, SampledGradientsAnswer
from app.learning.dataset import Digits
from app.learning.experiments.image_orders import Unshuffled, sevens_first
from app.learning.experiments.sampled_gradients import sampled_gradients
from app.learning.learner import Learner
from app.presets import preset
from app.recipe import Recipe
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import SEEDS, Learned, answer, middle, seeds, told

SIZES = (8, 32, 256, 2048, 12_396)
SECONDS = (0.05, 0.2, 1.0)
ROUNDS = 3
SAMPLES = 50
CPU = torch.device("cpu")


def claims(learned: Learned) -> Claims:
    digits = learned.digits
    epoch = {
        f"{size:,}": middle(trained(each, digits, each.steps_per_epoch) for each in seeds(of(size))) for size in SIZES
    }
    yield Claim(
        "epoch", "median accuracy after one epoch, by batch size", epoch, "textbook, seeds 0–2, 12,396 images seen"
    )
    yield Claim("epoch_order", "ranked", ranked(epoch), "as above")
    steps = {f"{size:,}": middle(trained(each, digits, 49) for each in seeds(of(size))) for size in SIZES}
    yield Claim("steps", "median accuracy after 49 steps, by batch size", steps, "textbook, seeds 0–2, step 49")
    yield Claim("steps_order", "ranked", ranked(steps), "as above")
    timed = [{size: by_time(of(size), digits) for size in SIZES} for _ in range(ROUNDS)]
    for at, seconds in enumerate(SECONDS):
        found = {f"{size:,}": middle(each[size][at] for each in timed) for size in SIZES}
        yield Claim(f"seconds_{seconds:g}", f"accuracy after {seconds:g} s of one core, by batch size",
                    {**found, "order": ranked(found)},
                    f"textbook, seed 0; this machine, median of {ROUNDS}")  # fmt: skip
    for step in (0, 49, 245, 1960):
        yield from astray(digits, step)
    for key in ("headline", "textbook", "whole_set"):
        recipe = preset(key).recipe
        yield from wandering(learned, key, recipe)
    yield from ordered(learned)
    yield Claim("again", "accuracy after epochs 1, 2, 5, 10, 20, 40 over the same images",
                [learned.run(Recipe()).epochs[epoch - 1].valid_accuracy for epoch in (1, 2, 5, 10, 20, 40)],
                told(Recipe()))  # fmt: skip
    yield Claim(
        "counts", "steps in an epoch, by batch size", {f"{size:,}": of(size).steps_per_epoch for size in SIZES}, "exact"
    )


def of(size: int) -> Recipe:
    return Recipe(batch_size=size, device="cpu")


def trained(recipe: Recipe, digits: Digits, steps: int, kind: type[Learner] = Learner) -> float:
    learner = kind.alone(recipe, digits, CPU)
    _step(learner, 0, steps)
    return accuracy(learner)


def by_time(recipe: Recipe, digits: Digits) -> list[float]:
    """Accuracy after each of ``SECONDS``, looking at it not counted."""
    learner = Learner.alone(recipe, digits, CPU)
    found, spent, step = [], 0.0, 0
    for seconds in SECONDS:
        while spent < seconds:
            began = time.process_time()  # the core's own, whatever else it does
            _step(learner, step, step + 1)
            spent += time.process_time() - began
            step += 1
        found.append(accuracy(learner))
    return found


def _step(learner: Learner, begin: int, end: int) -> None:
    for step in range(begin, end):
        epoch, batch = divmod(step, len(learner.batch_sizes))
        if batch == 0:
            learner.shuffle(epoch + 1)
        learner.step(batch)


def accuracy(learner: Learner) -> float:
    _, as_three, wrongly = learner.validate()[:, 0].tolist()
    images, threes = len(learner.images.valid), learner.images.threes
    return float((as_three + images - threes - wrongly) / images)


def ranked(found: Mapping[str, float | None]) -> str:
    return " > ".join(sorted(found, key=lambda size: -(found[size] or -inf)))


def astray(digits: Digits, step: int) -> Claims:
    asked = SampledGradients(weights=OfRecipe(recipe=Recipe(), step=step), samples=SAMPLES)
    found = _answered(asked, digits)
    angles = {f"{each.batch_size:,}": each.mean_angle for each in found.sizes}
    yield Claim(f"astray_{step}", f"mean angle between a batch's gradient and all images' at step {step:,}, degrees",
                angles, f"textbook, seed 0, step {step:,}; {SAMPLES} batches of each size", ".0f")  # fmt: skip


def _answered(asked: SampledGradients, digits: Digits) -> SampledGradientsAnswer:
    found = answer(sampled_gradients(asked, digits))
    assert isinstance(found, SampledGradientsAnswer)
    return found


def wandering(learned: Learned, key: str, recipe: Recipe) -> Claims:
    """How much the accuracy still moves at the end."""
    last = [each.valid_accuracy for each in learned.run(recipe).epochs[-10:]]
    yield Claim(f"wander_{key}", f"{key}: lowest and highest accuracy of the last ten epochs",
                [min(last), max(last)], told(recipe))  # fmt: skip


def ordered(learned: Learned) -> Claims:
    """No recipe turns shuffling off, hence a learner of its own."""
    digits = learned.digits
    recipe = Recipe(epochs=10, device="cpu")
    steps = 10 * -(-len(digits.train_images) // 256)
    cases = {
        "shuffled": ("shuffled in each epoch", digits, Learner),
        "unshuffled": ("never shuffled, in MNIST's order", digits, Unshuffled),
        "sorted": ("never shuffled, all 7s before all 3s", sevens_first(digits), Unshuffled),
    }
    for key, (words, what, kind) in cases.items():
        yield Claim(key, f"accuracy by seed, ten epochs, {words}",
                    [trained(each, what, steps, kind) for each in seeds(recipe)], told(recipe, SEEDS))  # fmt: skip
