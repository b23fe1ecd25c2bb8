"""`python -m benchmarks.fastai_fit`: the same 40 epochs as the fastai book trains them. Prints its seconds."""

import time

import torch
from fastai.basics import DataLoader, DataLoaders, Learner
from fastai.optimizer import SGD
from torch import nn

from app.learning.dataset import load
from benchmarks.bare_loop import mnist_loss


def batch_accuracy(predictions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return ((predictions.sigmoid() > 0.5) == targets).float().mean()


def main() -> None:
    torch.set_num_threads(1)
    digits = load()
    train = list(zip(digits.train_images.float() / 255, digits.train_targets[:, None], strict=True))
    valid = list(zip(digits.valid_images.float() / 255, digits.valid_targets[:, None], strict=True))
    loaders = DataLoaders(DataLoader(train, batch_size=256, shuffle=True), DataLoader(valid, batch_size=256))
    model = nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 1))
    learner = Learner(loaders, model, opt_func=SGD, loss_func=mnist_loss, metrics=batch_accuracy)
    with learner.no_logging():
        begun = time.perf_counter()
        learner.fit(40, 0.1)
        print(time.perf_counter() - begun)


if __name__ == "__main__":
    main()
