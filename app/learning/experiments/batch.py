"""The images that one step learns from."""

from collections.abc import Generator

from app.experiments import Batch, BatchAnswer
from app.learning.dataset import Digits
from app.learning.experiments import images, vector
from app.learning.seen import seen


def batch(asked: Batch, digits: Digits) -> Generator[None, None, BatchAnswer]:
    """Raises ValueError for a run: the learner knows recipes only."""
    if asked.recipe is None:
        raise ValueError(f"run {asked.run!r} comes as its recipe")
    yield
    digits = seen(digits, asked.recipe)
    found = images.of_step(asked.recipe, digits, asked.step)
    epoch, number = divmod(asked.step - 1, images.steps_per_epoch(asked.recipe, digits))
    sent = found.first(asked.images)
    return BatchAnswer(
        step=asked.step,
        epoch=epoch + 1,
        batch=number,
        indices=found.indices.tolist(),
        labels=[3 if target else 7 for target in found.targets.squeeze(1).tolist()],
        sent=len(sent),
        images=vector.encode_images(sent),
    )
