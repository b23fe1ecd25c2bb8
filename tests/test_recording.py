from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.recipe import Recipe
from app.recording import (
    KEPT,
    RUN_BYTES,
    SHOWN,
    SHOWN_EPOCHS,
    Recording,
    kept_bytes,
    kept_epochs,
    shown_bytes,
    shown_steps,
)
from app.sweep import SWEEP_BYTES

epochs = st.integers(1, 1000)
steps_per_epoch = st.integers(1, 12_396)
recipes = st.builds(
    Recipe,
    model=st.sampled_from(["simple_net", "linear"]),
    hidden=st.integers(1, 256),
    optimizer=st.sampled_from(["sgd", "momentum", "adam"]),
    epochs=st.integers(1, 1000),
    batch_size=st.integers(64, 12_396),
)


@given(epochs, steps_per_epoch)
def test_weights_are_shown_within_the_limit_from_the_first_to_the_last(epochs: int, steps_per_epoch: int) -> None:
    shown = shown_steps(epochs, steps_per_epoch)
    assert (min(shown), max(shown)) == (0, epochs * steps_per_epoch)
    assert len(shown) <= SHOWN


@given(st.integers(1, SHOWN_EPOCHS), steps_per_epoch)
def test_every_epochs_end_is_shown_where_that_fits(epochs: int, steps_per_epoch: int) -> None:
    ends = {epoch * steps_per_epoch for epoch in range(1, epochs + 1)}
    assert ends <= shown_steps(epochs, steps_per_epoch)


@given(epochs, st.integers(1, 100))
def test_the_beginning_is_dense(epochs: int, steps_per_epoch: int) -> None:
    shown, steps = shown_steps(epochs, steps_per_epoch), epochs * steps_per_epoch
    assert set(range(min(steps, 3) + 1)) <= shown
    gaps = [b - a for a, b in pairwise(sorted(shown))]
    assert max(gaps) <= max(steps_per_epoch * -(-epochs // SHOWN_EPOCHS), 1)


def test_the_textbook_run_uses_the_whole_limit() -> None:
    assert 100 <= len(shown_steps(40, 49)) <= SHOWN


@given(epochs)
def test_checkpoints_are_kept_evenly_with_the_last(epochs: int) -> None:
    kept = sorted(kept_epochs(epochs))
    assert kept[-1] == epochs
    assert kept[0] >= 1
    assert len(kept) <= KEPT
    assert len({b - a for a, b in pairwise(kept)}) <= 1
    if epochs <= KEPT:
        assert kept == list(range(1, epochs + 1))


@given(recipes, st.integers(1, 64))
def test_what_is_recorded_of_a_sweep_is_bounded(recipe: Recipe, members: int) -> None:
    batches = recipe.steps_per_epoch
    recording = Recording.of(recipe, batches, members)
    pictures = len(recording.shown) + recording.unscheduled
    kept = kept_bytes(recipe, batches, state=recording.state, half=recording.half)
    assert members * (pictures * shown_bytes(recipe) + len(recording.kept) * kept) <= SWEEP_BYTES
    assert recipe.steps in recording.shown
    assert recipe.epochs in recording.kept
    if recipe.optimizer != "adam" and (recipe.hidden <= 30 or recipe.model == "linear"):  # they lack nothing
        assert {0, recipe.epochs} <= set(recording.kept)
        assert 0 in recording.shown
        assert recording.state
        assert not recording.half
        assert pictures >= 9


def test_the_first_model_is_given_up_before_digits_of_the_last() -> None:
    def of(members: int, optimizer: str) -> tuple[int, bool, bool]:
        recipe = Recipe(hidden=256, optimizer=optimizer)  # type: ignore[arg-type]
        recording = Recording.of(recipe, recipe.steps_per_epoch, members)
        return len(recording.kept), recording.state, recording.half

    assert of(2, "adam") == (3, True, False)
    assert of(3, "adam") == of(7, "adam") == (2, True, False)
    assert of(8, "adam") == of(19, "adam") == (2, False, False)
    assert of(20, "adam") == of(32, "adam") == (1, False, False)
    assert of(64, "adam") == (1, False, True)


@given(recipes)
def test_what_is_recorded_of_one_run_is_bounded(recipe: Recipe) -> None:
    recording = Recording.of(recipe, recipe.steps_per_epoch)
    assert {0, recipe.epochs} <= recording.kept
    assert len(recording.kept) <= KEPT + 1
    assert (len(recording.kept) - 1) * kept_bytes(recipe, recipe.steps_per_epoch) <= RUN_BYTES
    assert recording.state
    assert not recording.half
