"""Which of two mean images is nearer, by three ways of measuring, and what a network adds."""

import torch
from torch import Tensor

from app.learning.baseline import l1, l2, means
from app.recipe import Recipe
from benchmarks.lessons.claim import Claim, Claims
from benchmarks.lessons.learned import Learned, logits, share, told, valid

IMAGES = "2,038 validation images"


def claims(learned: Learned) -> Claims:
    images, threes = valid(learned.digits)
    three, seven = means(learned.digits)
    verdicts = {
        "l1": l1(images, three) < l1(images, seven),
        "l2": l2(images, three) < l2(images, seven),
        "signed": signed(images, three) < signed(images, seven),
        "ink": signed(images, three).abs() < signed(images, seven).abs(),
    }
    words = {
        "l1": "nearer mean image by L1 is right",
        "l2": "nearer mean image by L2 is right",
        "signed": "without abs, the smaller signed mean difference: one verdict for every image, right",
        "ink": "abs taken after the mean, not before (which compares only amounts of ink), right",
    }
    for key, verdict in verdicts.items():
        right = verdict == threes
        yield Claim(key, words[key], share(right), IMAGES)
        yield Claim(f"{key}_by_digit", f"the same ({key}), of the 3s and of the 7s", by_digit(right, threes), IMAGES)
    yield Claim("ink_means", "mean ink of the mean 3 and the mean 7", [three.mean().item(), seven.mean().item()],
                "12,396 training images", ".4f")  # fmt: skip
    missed = threes & ~verdicts["l1"]
    yield Claim("ink_missed", "mean ink of the 3s that L1 misses, and of the other 3s",
                [images[missed].mean().item(), images[threes & ~missed].mean().item()], IMAGES, ".4f")  # fmt: skip
    squared = (images - three).square().mean(-1) < (images - seven).square().mean(-1)
    yield Claim("root", "verdicts that change when L2's root is left out", differing(squared, verdicts["l2"]), IMAGES)
    yield Claim("l1_l2", "digits on which L1 and L2 disagree", differing(verdicts["l1"], verdicts["l2"]), IMAGES)
    linear = as_linear(images, three, seven)
    yield Claim("linear", "digits on which L2 agrees with the linear model mean3 − mean7",
                len(images) - differing(linear > 0, verdicts["l2"]), IMAGES)  # fmt: skip
    apart = l2_gap(images, three, seven) - linear
    yield Claim("linear_off", "largest difference between that model's score and half the gap of the squared distances",
                apart.abs().max().item(), f"{IMAGES}, float64", ".1g")  # fmt: skip
    recipe = Recipe()
    network = logits(recipe, learned.run(recipe).named, images) > 0
    neither = (network == threes) & (verdicts["l1"] != threes) & (verdicts["l2"] != threes)
    yield Claim("only_network", "digits that the network reads rightly, and neither L1 nor L2",
                int(neither.sum()), told(recipe))  # fmt: skip
    yield Claim("only_network_first", "the first ten of them, by their place in the validation images",
                neither.nonzero().flatten()[:10].tolist(), told(recipe))  # fmt: skip
    for key in ("l1", "l2"):
        only = (verdicts[key] == threes) & (network != threes)
        yield Claim(f"only_{key}", f"digits that {key.upper()} reads rightly and the network does not",
                    int(only.sum()), told(recipe))  # fmt: skip
    yield Claim("network", "the network is right", share(network == threes), told(recipe))


def signed(images: Tensor, ideal: Tensor) -> Tensor:
    """Mean difference of each image, without ``abs``: [n]."""
    return (images - ideal).mean(-1)


def as_linear(images: Tensor, three: Tensor, seven: Tensor) -> Tensor:
    """The score, float64 [n], of the linear model whose weights are mean3 − mean7 and whose bias is half the difference
    of their squared lengths: |x − seven|² − |x − three|² = 2 (x · (three − seven) + bias)."""
    x, three, seven = images.double(), three.double(), seven.double()
    return x @ (three - seven) + (seven @ seven - three @ three) / 2


def l2_gap(images: Tensor, three: Tensor, seven: Tensor) -> Tensor:
    x, three, seven = images.double(), three.double(), seven.double()
    return ((x - seven).square().sum(-1) - (x - three).square().sum(-1)) / 2


def by_digit(right: Tensor, threes: Tensor) -> dict[str, float]:
    return {"3": share(right[threes]), "7": share(right[~threes])}


def differing(one: Tensor, other: Tensor) -> int:
    return int(torch.sum(one != other))
