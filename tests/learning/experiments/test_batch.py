import base64

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from app.learning.dataset import Digits
from app.learning.experiments import images
from app.learning.learner import Learner
from app.recipe import Recipe
from tests.learning.experiments.asking import ask


def pixels(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, 784)


@pytest.mark.parametrize("step", [1, 3, 4, 9])
def test_they_are_the_images_of_the_learners_step(few_digits: Digits, step: int) -> None:
    answer = ask("batch", few_digits, recipe={"seed": 8}, step=step)
    learner = Learner.alone(Recipe(seed=8), few_digits, torch.device("cpu"))
    epoch, batch = divmod(step - 1, 3)
    assert (answer["step"], answer["epoch"], answer["batch"]) == (step, epoch + 1, batch)
    learner.shuffle(epoch + 1)
    rows = few_digits.train_images[learner.batches[batch].indices]
    assert np.array_equal(pixels(answer["images"]), rows.numpy())
    assert np.array_equal(few_digits.train_images[answer["indices"]].numpy(), rows.numpy())
    assert [label == 3 for label in answer["labels"]] == (few_digits.train_targets[answer["indices"]] == 1).tolist()
    assert set(answer["labels"]) == {3, 7}


def test_an_epoch_is_every_image_once(few_digits: Digits) -> None:
    steps = [ask("batch", few_digits, recipe={"batch_size": 100}, step=step, images=0) for step in range(1, 7)]
    assert sorted(index for answer in steps for index in answer["indices"]) == list(range(600))
    assert all(answer["sent"] == 0 and answer["images"] == "" for answer in steps)


def test_no_more_images_are_sent_than_asked_for(few_digits: Digits) -> None:
    answer = ask("batch", few_digits, recipe={}, images=5)
    assert (answer["sent"], len(pixels(answer["images"])), len(answer["labels"])) == (5, 5, 256)
    last = ask("batch", few_digits, recipe={}, step=3, images=200)
    assert last["sent"] == len(last["labels"]) == 88


def test_augmented_images_are_shown_as_the_model_sees_them(few_digits: Digits) -> None:
    plain = ask("batch", few_digits, recipe={}, images=9)
    moved = ask("batch", few_digits, recipe={"augment": True}, images=9)
    assert plain["indices"] == moved["indices"]
    seen = images.of_step(Recipe(augment=True), few_digits, 1).first(9) * 255
    assert np.abs(pixels(moved["images"]) - seen.numpy()).max() <= 0.5
    assert not np.array_equal(pixels(moved["images"]), pixels(plain["images"]))


def test_a_run_is_not_for_the_learner(few_digits: Digits) -> None:
    with pytest.raises(ValueError, match="run 'r1' comes as its recipe"):
        ask("batch", few_digits, run="r1")
