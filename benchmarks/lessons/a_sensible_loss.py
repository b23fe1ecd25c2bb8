"""How hard two losses pull, when loss and accuracy disagree, and whether a probability can be believed."""

from collections.abc import Sequence
from statistics import mean, pstdev

import torch

from app.learning.slopes import SLOPES
from app.presets import preset
from app.recipe import Recipe
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import Learned, Run, logits, seeds, told, valid

MORE_SEEDS = range(10)


def pulls() -> Claims:
    far = [-6.0, -2.0, 0.0, 2.0, 6.0]
    z, sign = torch.tensor([far]), torch.tensor([-1.0] * len(far))
    for loss in ("mnist_loss", "bce"):
        losses, slopes = SLOPES[loss](z, sign, sign)
        yield Claim(
            f"loss_{loss}", f"{loss} of one 3 at the logits −6, −2, 0, 2, 6", losses[0].tolist(), "exact", ".4f"
        )
        yield Claim(
            f"pull_{loss}", f"how hard {loss} pulls there (slope by the logit)", (-slopes[0]).tolist(), "exact", ".4f"
        )


def claims(learned: Learned) -> Claims:
    yield from pulls()
    recipe = Recipe()
    runs = learned.runs(seeds(recipe, MORE_SEEDS))
    source = f"{told(recipe, MORE_SEEDS)}; 39 changes from epoch to epoch"
    against = [disagreements(run) for run in runs]
    yield Claim("disagree_0", "epochs in which loss and accuracy fell together, or rose together, seed 0",
                {"fell": against[0][0], "rose": against[0][1]}, source)  # fmt: skip
    yield Claim(
        "disagree", "epochs in which loss and accuracy fell together, by seed", [fell for fell, _ in against], source
    )
    yield Claim("disagree_rose", "epochs in which both rose, by seed", [rose for _, rose in against], source)
    yield Claim(
        "worst_fall", "largest fall of accuracy while the loss fell too, in images of 2,038", worst_fall(runs), source
    )
    steps = recipe.steps_per_epoch
    last = [loss for loss in runs[0].losses[-steps:] if loss is not None]
    yield Claim("batches", "losses of the last epoch's batches: lowest, mean, highest, last, standard deviation",
                [min(last), mean(last), max(last), last[-1], pstdev(last)], told(recipe), ".4f")  # fmt: skip
    yield Claim("epoch_loss", "the last epoch's mean over its training images, and the validation loss after it",
                [runs[0].epochs[-1].train_loss, runs[0].loss], told(recipe), ".4f")  # fmt: skip
    for key in ("textbook", "cross_entropy", "augmented"):
        yield from believed(learned, key)


def disagreements(run: Run) -> tuple[int, int]:
    """In how many epochs, from the second, loss and accuracy both fell, and both rose."""
    fell = rose = 0
    for before, now in zip(run.epochs, run.epochs[1:], strict=False):
        assert now.valid_loss is not None
        assert before.valid_loss is not None
        lower = now.valid_loss < before.valid_loss
        fell += lower and now.valid_accuracy < before.valid_accuracy
        rose += not lower and now.valid_accuracy > before.valid_accuracy
    return fell, rose


def worst_fall(runs: Sequence[Run]) -> int:
    falls = [
        sum(map(sum, before.confusion)) * (before.valid_accuracy - now.valid_accuracy)
        for run in runs
        for before, now in zip(run.epochs, run.epochs[1:], strict=False)
        if (now.valid_loss or 0) < (before.valid_loss or 0)
    ]
    return round(max(falls))


def believed(learned: Learned, key: str) -> Claims:
    """How sure a network says it is, against how often it is right."""
    images, threes = valid(learned.digits)
    recipe = preset(key).recipe
    probability = logits(recipe, learned.run(recipe).named, images).double().sigmoid()
    sure, right = torch.maximum(probability, 1 - probability), (probability > 0.5) == threes
    source = f"{key}, seed 0, step {recipe.steps:,}"
    yield Claim(f"sure_{key}", f"{key}: how sure it is on average, and how often it is right",
                [sure.mean().item(), right.double().mean().item()], source)  # fmt: skip
    wrong = sure[~right]
    yield Claim(f"wrong_{key}", f"{key}: its errors, and those of them of which it was at least 90 % sure",
                [len(wrong), int((wrong >= 0.9).sum())], source)  # fmt: skip
    doubtful = (probability > 0.1) & (probability < 0.3)
    threes_among = threes[doubtful].double().mean().item() if doubtful.any() else None
    yield Claim(f"fifth_{key}", f"{key}: digits to which it gives P(3) of 0.1–0.3, and the share of 3s among them",
                {"digits": int(doubtful.sum()), "3s": threes_among},
                source)  # fmt: skip
