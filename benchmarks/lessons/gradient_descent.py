"""The seven steps: what the first of them finds, and what is lost when one is left out."""

from math import cos, radians
from statistics import median

import torch
from torch import Tensor, nn

from app.experiments import Gradient, Nudge, OfRecipe
from app.learning.baseline import l2, means
from app.learning.experiments.gradient import gradient
from app.learning.experiments.images import all_of, of_step
from app.learning.experiments.sampled_gradients import angle
from app.learning.experiments.slopes import slope
from app.learning.experiments.weights import Placed
from app.learning.losses import LOSSES
from app.recipe import Recipe
from benchmarks.lessons import forty_seeds
from benchmarks.lessons.baseline import as_linear, differing
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import SEEDS, Learned, after, answer, logits, seeds, share, told, valid


def claims(learned: Learned) -> Claims:
    yield from from_zero(learned)
    yield from untrained(learned)
    yield from uphill(learned)
    yield from biases(learned)
    recipe = Recipe(epochs=5)
    yield Claim("zeroed", "accuracy by seed with the gradients zeroed at each step, 5 epochs",
                [taught(learned, each, zero=True) for each in seeds(recipe)], told(recipe, SEEDS))  # fmt: skip
    yield Claim("not_zeroed", "accuracy by seed with them never zeroed, so that they pile up, 5 epochs",
                [taught(learned, each, zero=False) for each in seeds(recipe)], told(recipe, SEEDS))  # fmt: skip


def from_zero(learned: Learned) -> Claims:
    digits = learned.digits
    images, threes = valid(digits)
    three, seven = means(digits)
    recipe = Recipe(model="linear", batch_size=12_396, epochs=1)
    source = "linear model, all weights 0, all training images in one batch, one step"
    down = -answer(slope(after(recipe, 0, digits, zero=True), all_of(digits))).gradient
    between = angle(down[:-1], three - seven)
    assert between is not None
    yield Claim(
        "cosine", "cosine between the first step's weights and mean3 − mean7", cos(radians(between)), source, ".5f"
    )
    yield Claim("between", "angle between the two, degrees", between, source, ".2f")
    placed = after(recipe, 1, digits, zero=True)
    score = read(placed, images)
    yield Claim("one_step", "accuracy after that one step", share((score > 0) == threes), source)
    yield Claim("one_step_threes", "of all images, this share is called a 3 (the step gave no fitting bias)",
                share(score > 0), source)  # fmt: skip
    weights = placed.named(placed.values)["0.weight"]
    as_three, as_seven = three @ weights[0], seven @ weights[0]
    best = images @ weights[0] > (as_three + as_seven) / 2
    yield Claim("one_step_bias", "the same weights with the threshold halfway between the two mean images",
                share(best == threes), source)  # fmt: skip
    near = l2(images, three) < l2(images, seven)
    yield Claim("one_step_l2", "digits on which they then agree with the baseline by L2",
                len(images) - differing(best, near), source)  # fmt: skip
    assert differing(as_linear(images, three, seven) > 0, near) == 0
    network = after(Recipe(), 49, digits, zero=True)
    yield Claim("network_from_zero", "of a network that begins with zeros, parameters that have moved after an epoch",
                int(network.values.count_nonzero()), "textbook, all weights 0, step 49")  # fmt: skip


def untrained(learned: Learned) -> Claims:
    forty = forty_seeds.measured(learned)
    shares, later = [each.untrained for each in forty], [each.epoch for each in forty]
    ordered = {"lowest": min(shares), "median": median(shares), "highest": max(shares)}
    yield Claim("untrained", "accuracy of untrained networks", ordered, "textbook, seeds 0–39, step 0")
    yield Claim("untrained_60", "of the forty, how many read 60 % or more, and how many 40 % or less",
                [sum(each >= 0.6 for each in shares), sum(each <= 0.4 for each in shares)],
                "textbook, seeds 0–39, step 0")  # fmt: skip
    yield Claim("forty_later", "lowest and highest accuracy of the forty after one epoch", [min(later), max(later)],
                "textbook, seeds 0–39, step 49")  # fmt: skip


def uphill(learned: Learned) -> Claims:
    digits, recipe = learned.digits, Recipe()
    placed = after(recipe, 0, digits)
    batch = of_step(recipe, digits, 1)
    found = answer(slope(placed, batch))
    moved = {"subtracted": -0.1, "left": 0.0, "added": 0.1}
    losses = {
        key: answer(slope(placed._replace(values=placed.values + by * found.gradient), batch)).loss
        for key, by in moved.items()
    }
    yield Claim("subtract", "loss of the first batch with a tenth of its gradient subtracted, left alone, added",
                losses, "textbook, seed 0, step 1", ".4f")  # fmt: skip
    nudge = Nudge(parameter="0.weight", index=[0, 14 * 28 + 14], by=[0.1, 0.01, 0.001])
    asked = Gradient(weights=OfRecipe(recipe=recipe, step=0), nudge=nudge)
    answered = answer(gradient(asked, digits))
    assert not hasattr(answered, "refused")
    nudged = answered.nudge
    assert nudged is not None
    yield Claim("nudge", "autograd's slope of one weight, and rise over run when it is nudged by 0.1, 0.01, 0.001",
                [nudged.derivative, *nudged.rise_over_run],
                "textbook, seed 0, batch of step 1, weight of unit 0 at row 14, column 14", ".6g")  # fmt: skip


def biases(learned: Learned) -> Claims:
    """What the biases do, by taking them away when all is learned."""
    images, threes = valid(learned.digits)
    for key, recipe in {"linear": Recipe(model="linear"), "network": Recipe()}.items():
        named = learned.run(recipe).named
        bare = {name: torch.zeros_like(value) if "bias" in name else value for name, value in named.items()}
        verdicts = [logits(recipe, each, images) > 0 for each in (named, bare)]
        yield Claim(f"bias_{key}", f"accuracy of the trained {key}, with its biases and with all set to 0",
                    [share(each == threes) for each in verdicts], told(recipe))  # fmt: skip


def read(placed: Placed, images: Tensor) -> Tensor:
    return logits(placed.recipe, placed.named(placed.values), images)


def taught(learned: Learned, recipe: Recipe, *, zero: bool) -> float:
    """The seven steps in plain PyTorch, as a recipe cannot leave one out. ``zero``: zero the gradients each time."""
    digits = learned.digits
    placed = after(recipe, 0, digits)
    layers: list[nn.Module] = [nn.Linear(784, recipe.hidden), nn.ReLU(), nn.Linear(recipe.hidden, 1)]
    network = nn.Sequential(*layers)
    network.load_state_dict(placed.named(placed.values))
    for step in range(1, recipe.epochs * recipe.batches(len(digits.train_images)) + 1):
        batch = of_step(recipe, digits, step)
        LOSSES[recipe.loss](network(batch.first(len(batch))), batch.targets).backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            for parameter in network.parameters():
                assert parameter.grad is not None
                parameter.sub_(parameter.grad, alpha=recipe.learning_rate)
                if zero:
                    parameter.grad.zero_()
    images, threes = valid(digits)
    with torch.no_grad():
        return share((network(images).squeeze(1) > 0) == threes)
