from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.learning.schedule import KEPT, SHOWN, SHOWN_EPOCHS, kept_epochs, shown_steps

epochs = st.integers(1, 1000)
steps_per_epoch = st.integers(1, 12_396)


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
