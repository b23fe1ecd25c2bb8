"""The chapter's own functions give what the product computes."""

import pytest
import torch
from safetensors.torch import load

from app.checkpoint import Checkpoint
from app.learning import baseline, book, losses
from app.learning.dataset import Digits
from app.learning.order import generator, order
from app.recipe import Recipe
from tests.learning.scripted import play


def test_distances_are_those_of_the_baseline(digits: Digits) -> None:
    mean3, mean7 = (mean.view(28, 28) for mean in baseline.means(digits))
    images = (digits.valid_images / 255).view(-1, 28, 28)
    threes = digits.valid_targets == 1
    expected = baseline.baseline(digits)
    assert (book.is_3(images, mean3, mean7) == threes).float().mean().item() == pytest.approx(expected.l1)
    nearer = book.l2_distance(images, mean3) < book.l2_distance(images, mean7)
    assert (nearer == threes).float().mean().item() == pytest.approx(expected.l2)


def test_loss_and_accuracy_are_those_of_the_learner() -> None:
    generator = torch.Generator().manual_seed(0)
    predictions = 6 * torch.randn(500, generator=generator)
    targets = (torch.rand(500, generator=generator) > 0.5).float()
    torch.testing.assert_close(book.mnist_loss(predictions, targets), losses.mnist_loss(predictions, targets))
    torch.testing.assert_close(book.batch_accuracy(predictions, targets), losses.batch_accuracy(predictions, targets))
    torch.testing.assert_close(book.sigmoid(predictions), predictions.sigmoid())


def test_an_epoch_trained_as_in_the_book_is_an_epoch_of_the_learner(digits: Digits) -> None:
    recipe = Recipe(epochs=1, hidden=8)
    emitted, _ = play(recipe, digits)
    first, *_, last = (load(each.data) for each in emitted if isinstance(each, Checkpoint))
    model = book.simple_net(recipe.hidden)
    model.load_state_dict({name: first[name] for name in model.state_dict()})
    images, targets = digits.train_images / 255, digits.train_targets.unsqueeze(1)
    batches = order(len(images), generator(recipe.seed, 1)).split(recipe.batch_size)
    book.train_epoch(model, [(images[at], targets[at]) for at in batches], recipe.learning_rate)
    for name, value in model.named_parameters():
        torch.testing.assert_close(value.detach(), last[name], rtol=1e-4, atol=1e-5)
