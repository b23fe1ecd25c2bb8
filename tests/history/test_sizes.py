import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.checkpoint import Checkpoint
from app.history.sizes import ROW_BYTES, expected, of_checkpoint, of_records
from app.learning.dataset import load
from app.recipe import Recipe
from app.record import Record
from app.recording import Recording, kept_bytes, shown_bytes
from tests.learning.scripted import RESUME, STEP, play

recipes = st.builds(
    Recipe,
    model=st.sampled_from(["simple_net", "two_linear", "linear"]),
    hidden=st.integers(1, 256),
    optimizer=st.sampled_from(["sgd", "momentum", "adam"]),
    epochs=st.integers(1, 1000),
    batch_size=st.integers(25, 12_396),
    hold_out=st.booleans(),
)


@given(recipes)
def test_a_run_is_expected_to_take_what_its_recording_allows(recipe: Recipe) -> None:
    recording = Recording.of(recipe, recipe.steps_per_epoch)
    images = min(len(recording.shown) + recording.unscheduled, recipe.steps + 1)
    allowed = images * shown_bytes(recipe) + len(recording.kept) * kept_bytes(recipe, 0)
    allowed += (images + len(recording.kept)) * ROW_BYTES + expected(recipe, swept=True)
    assert allowed <= expected(recipe) <= 1.25 * allowed


@pytest.mark.parametrize(
    ("recipe", "singly"),
    [
        (Recipe(epochs=2, batch_size=64, hidden=256), 200),
        (Recipe(epochs=2, batch_size=1024, hidden=256, optimizer="adam"), 0),
        (Recipe(epochs=12, batch_size=12_396, hidden=256, model="two_linear"), 0),
        (Recipe(epochs=12, batch_size=12_396, model="linear"), 0),
    ],
)
def test_a_real_run_takes_little_less(recipe: Recipe, singly: int) -> None:
    """``singly``: how many steps a person takes one by one, more than images may be shown besides."""
    recipe = recipe.model_copy(update={"device": "cpu"})
    emitted, _ = play(recipe, load(None), {100: [STEP] * singly + [RESUME]})
    taken = sum(of_checkpoint(each) for each in emitted if isinstance(each, Checkpoint) and each.kept)
    taken += of_records(Record.of(each, 1000) for each in emitted if not isinstance(each, Checkpoint))
    assert taken <= expected(recipe) <= 1.5 * taken
