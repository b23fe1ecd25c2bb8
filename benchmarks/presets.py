"""What each preset reaches: python -m benchmarks.presets [NAME …] [--seeds 5]

Trains every preset (or those named) with several seeds, and prints on the validation images the mean accuracy and loss
after the last epoch, with the lowest and highest. The presets' descriptions quote this table.
"""

import argparse
import statistics
from collections.abc import Iterator

import torch

from app.events import RunFailed, RunFinished
from app.learning.controls import NoControls
from app.learning.dataset import Digits, load
from app.learning.train import train
from app.presets import PRESETS, Preset, preset
from benchmarks.table import markdown

HEAD = ["preset", "valid_accuracy", "best", "valid_loss", "train_loss", "steps"]


def ending(chosen: Preset, digits: Digits, seed: int) -> RunFinished | RunFailed:
    *_, last = train(
        chosen.recipe.model_copy(update={"seed": seed}), digits, NoControls(), run="benchmark", name=chosen.name
    )
    assert isinstance(last, RunFinished | RunFailed)
    return last


def row(chosen: Preset, digits: Digits, seeds: int) -> list[str]:
    endings = [ending(chosen, digits, seed) for seed in range(seeds)]
    finished = [last.summary for last in endings if isinstance(last, RunFinished)]
    if len(finished) < seeds:
        failed = [f"{last.step:,}" for last in endings if isinstance(last, RunFailed)]
        return [chosen.name, f"{len(failed)} of {seeds} failed, at step {', '.join(failed)}", "", "", "", ""]
    return [
        chosen.name,
        percent([summary.valid_accuracy for summary in finished]),
        percent([summary.best_valid_accuracy for summary in finished]),
        spread([summary.valid_loss for summary in finished]),
        spread([summary.train_loss for summary in finished]),
        f"{chosen.recipe.steps:,}",
    ]


def percent(values: list[float | None]) -> str:
    shares = list(numbers(values))
    return f"{statistics.mean(shares):.2%} ({min(shares):.2%}–{max(shares):.2%})"


def spread(values: list[float | None]) -> str:
    losses = list(numbers(values))
    return f"{statistics.mean(losses):.4f} ({min(losses):.4f}–{max(losses):.4f})"


def numbers(values: list[float | None]) -> Iterator[float]:
    for value in values:
        assert value is not None, "a finished run has all figures"
        yield value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    digits = load()
    print(markdown(HEAD, []))
    for chosen in [preset(name) for name in arguments.names] or PRESETS:
        print(f"| {' | '.join(row(chosen, digits, arguments.seeds))} |", flush=True)


if __name__ == "__main__":
    main()
