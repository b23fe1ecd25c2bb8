"""What the lessons claim, computed from the real learner: python -m benchmarks.lessons [SLUG …] [--json FILE]

Prints a table of every claim of the lessons (or of those named) with its measured value and where that comes from;
``--json`` writes the same numbers. The same on every machine but for rounding, except what is said to be this machine's
times.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from app.learning.dataset import load
from benchmarks.lessons import (
    a_sensible_loss,
    baseline,
    broadcasting,
    gradient_descent,
    learning_rate,
    linear_of_linear,
    mini_batches,
    nonlinearity,
    sigmoid,
    tensors,
    the_network,
    why_not_accuracy,
    your_turn,
)
from benchmarks.lessons.claim import Claim, Claims, Value
from benchmarks.lessons.learned import Learned
from benchmarks.table import markdown

LESSONS: Mapping[str, Callable[[Learned], Claims]] = {
    "baseline": baseline.claims,
    "tensors": tensors.claims,
    "broadcasting": broadcasting.claims,
    "gradient-descent": gradient_descent.claims,
    "learning-rate": learning_rate.claims,
    "why-not-accuracy": why_not_accuracy.claims,
    "a-sensible-loss": a_sensible_loss.claims,
    "sigmoid": sigmoid.claims,
    "mini-batches": mini_batches.claims,
    "nonlinearity": nonlinearity.claims,
    "linear-of-linear": linear_of_linear.claims,
    "the-network": the_network.claims,
    "your-turn": your_turn.claims,
}
"""By slug, in the order in which they are read."""


def row(lesson: str, claim: Claim) -> list[str]:
    return [cell.replace("|", "\\|").replace("\n", " ") for cell in (lesson, claim.words, claim.shown, claim.source)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", metavar="SLUG", help=", ".join(LESSONS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    arguments = parser.parse_args()
    if unknown := set(arguments.lessons) - set(LESSONS):
        parser.error(f"no lesson is called {', '.join(sorted(unknown))}: there are {', '.join(LESSONS)}")
    torch.set_num_threads(1)  # as the worker's runs have
    learned = Learned(load())
    numbers: dict[str, dict[str, dict[str, Value]]] = {}
    print(markdown(["lesson", "claim", "measured", "where from"], []))
    for slug in arguments.lessons or LESSONS:
        began = time.perf_counter()
        numbers[slug] = {}
        for claim in LESSONS[slug](learned):
            numbers[slug][claim.key] = {
                "words": claim.words,
                "value": claim.value,
                "shown": claim.shown,
                "from": claim.source,
            }
            print(f"| {' | '.join(row(slug, claim))} |", flush=True)
        print(f"{slug}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
        if arguments.json:
            arguments.json.write_text(json.dumps(numbers, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
