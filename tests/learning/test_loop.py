"""How a run obeys."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load

from app import recording
from app.checkpoint import Checkpoint
from app.controls import Control, SetLearningRate, SetPace, SetSpeed
from app.events import (
    CheckpointSaved,
    Controlled,
    EpochEnded,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    RunStopped,
    Steps,
    Weights,
)
from app.learning import models
from app.learning.controls import NoControls
from app.learning.dataset import Digits
from app.learning.learner import Learner
from app.learning.losses import batch_accuracy, mnist_loss
from app.learning.metrics_buffer import MetricsBuffer
from app.learning.pace import TOGETHER
from app.learning.train import Emission, Member, train_members
from app.learning.transfer import HostCopy
from app.recipe import Recipe
from tests.learning.scripted import NOTHING, PAUSE, RESUME, STEP, STOP, Emitted, of, play

SHORT = Recipe(epochs=3)
"""Nine steps with few digits."""


def told(emitted: Emitted) -> list[tuple[object, ...]]:
    """The steps as their last, and what was emitted of controls."""
    short: list[tuple[object, ...]] = []
    for item in emitted:
        match item:
            case Steps():
                short.append(("steps", item.step[-1]))
            case Controlled():
                short.append((item.what, item.step) if item.value is None else (item.what, item.value, item.step))
            case RunPaused() | RunResumed() | RunStopped() | RunFinished():
                short.append((type(item).__name__, item.step))
    return short


def test_pause_and_resume_name_the_step(few_digits: Digits) -> None:
    emitted, script = play(SHORT, few_digits, {4: [PAUSE, NOTHING, RESUME]})
    assert told(emitted) == [
        ("steps", 4),
        ("pause", 4),
        ("RunPaused", 4),
        ("resume", 4),
        ("RunResumed", 4),
        ("steps", 9),
        ("RunFinished", 9),
    ]
    assert None in script.waits


def test_to_pause_twice_or_resume_unpaused_is_answered_and_changes_nothing(few_digits: Digits) -> None:
    emitted, _ = play(SHORT, few_digits, {3: [RESUME, PAUSE, PAUSE, RESUME, RESUME]})
    assert told(emitted)[1:8] == [
        ("resume", 3),
        ("pause", 3),
        ("RunPaused", 3),
        ("pause", 3),
        ("resume", 3),
        ("RunResumed", 3),
        ("resume", 3),
    ]


def test_a_single_step_is_taken_said_and_leaves_the_run_paused(few_digits: Digits) -> None:
    emitted, _ = play(SHORT, few_digits, {1: [PAUSE, STEP, STEP, RESUME]})
    assert told(emitted)[:9] == [
        ("steps", 1),
        ("pause", 1),
        ("RunPaused", 1),
        ("steps", 2),
        ("step", 2),
        ("steps", 3),
        ("step", 3),
        ("resume", 3),
        ("RunResumed", 3),
    ]


def test_a_single_step_of_a_running_run_pauses_it(few_digits: Digits) -> None:
    emitted, _ = play(SHORT, few_digits, {1: [STEP, RESUME]})
    assert told(emitted)[:6] == [
        ("steps", 1),
        ("steps", 2),
        ("step", 2),
        ("RunPaused", 2),
        ("resume", 2),
        ("RunResumed", 2),
    ]


def test_the_last_step_can_be_a_single_one(few_digits: Digits) -> None:
    emitted, _ = play(SHORT, few_digits, {8: [STEP]})
    assert told(emitted)[-3:] == [("steps", 9), ("step", 9), ("RunFinished", 9)]


def test_who_pauses_or_steps_sees_the_weights_as_they_are(few_digits: Digits) -> None:
    """Also between the steps at which weights are shown anyway."""
    long = SHORT.model_copy(update={"epochs": 200})
    undisturbed, _ = play(long, few_digits)
    shown = {weights.step for weights in of(undisturbed, Weights)}
    at = next(step for step in range(300, 600) if not shown & {step, step + 1} and (step + 1) % 3)
    emitted, _ = play(long, few_digits, {at: [PAUSE, STEP, STEP, STOP]})
    assert {at, at + 1} <= {weights.step for weights in of(emitted, Weights)}


def test_who_steps_for_ever_gets_only_so_many_weights_besides(few_digits: Digits) -> None:
    long = SHORT.model_copy(update={"epochs": 200})
    emitted, _ = play(long, few_digits, {step: [STEP, RESUME] for step in range(200)})
    assert len(of(emitted, Weights)) <= recording.SHOWN + recording.SHOWN_UNSCHEDULED


def figures_by_torch(kept: Checkpoint, digits: Digits) -> tuple[float, float]:
    """Loss and accuracy over the validation images of a simple_net in a checkpoint."""
    tensors = {name: torch.from_numpy(value) for name, value in load(kept.data).items()}
    module = models.build(SHORT).to_empty(device="cpu")
    module.load_state_dict(tensors)
    with torch.no_grad():
        predictions = module(digits.valid_images / 255).squeeze(1)
        pair = [f(predictions, digits.valid_targets).item() for f in (mnist_loss, batch_accuracy)]
    return pair[0], pair[1]


def test_a_stop_before_the_first_step_is_about_the_first_model(few_digits: Digits) -> None:
    emitted, _ = play(SHORT, few_digits, {0: [STOP]})
    stopped = emitted[-1]
    assert isinstance(stopped, RunStopped)
    expected = figures_by_torch(of(emitted, Checkpoint)[0], few_digits)
    assert (stopped.summary.valid_loss, stopped.summary.valid_accuracy) == pytest.approx(expected, rel=1e-5)
    assert stopped.summary.train_loss is None


def test_a_stop_keeps_the_model_as_it_is(few_digits: Digits) -> None:
    emitted, _ = play(SHORT, few_digits, {4: [STOP]})
    assert told(emitted)[-3:] == [("steps", 4), ("stop", 4), ("RunStopped", 4)]
    kept = [checkpoint for checkpoint in of(emitted, Checkpoint) if checkpoint.kept]
    assert [(c.step, c.epoch) for c in kept] == [(0, 0), (3, 1), (4, 1)]
    assert [(c.step, c.epoch) for c in of(emitted, CheckpointSaved)] == [(0, 0), (3, 1), (4, 1)]
    stopped = emitted[-1]
    assert isinstance(stopped, RunStopped)
    (first_epoch,) = of(emitted, EpochEnded)
    expected = figures_by_torch(of(emitted, Checkpoint)[-1], few_digits)
    assert (stopped.summary.valid_loss, stopped.summary.valid_accuracy) == pytest.approx(expected, rel=1e-5)
    assert stopped.summary.valid_loss != first_epoch.valid_loss
    assert stopped.summary.train_loss == pytest.approx([x for s in of(emitted, Steps) for x in s.loss][3])


def test_a_stop_at_an_epochs_end_keeps_the_model_once(few_digits: Digits) -> None:
    emitted, _ = play(SHORT, few_digits, {3: [STOP]})
    assert [c.step for c in of(emitted, Checkpoint) if c.kept] == [0, 3]
    assert isinstance(emitted[-1], RunStopped)


def test_a_paused_run_can_be_stopped(few_digits: Digits) -> None:
    emitted, _ = play(SHORT, few_digits, {2: [PAUSE, STOP]})
    assert told(emitted)[-4:] == [("pause", 2), ("RunPaused", 2), ("stop", 2), ("RunStopped", 2)]


def test_a_learning_rate_holds_from_the_next_step_on(few_digits: Digits) -> None:
    emitted, _ = play(SHORT, few_digits, {4: [SetLearningRate(learning_rate=0.5)]})
    assert ("learning_rate", 0.5, 4) in told(emitted)
    rates = {s: rate for steps in of(emitted, Steps) for s, rate in zip(steps.step, steps.learning_rate, strict=True)}
    assert rates == {step: 0.1 if step <= 4 else 0.5 for step in range(1, 10)}


def test_a_set_speed_is_kept_by_waiting_for_controls(few_digits: Digits) -> None:
    emitted, _ = play(SHORT, few_digits, {2: [SetSpeed(steps_per_second=10)], 6: [SetSpeed(steps_per_second=None)]})
    assert ("steps_per_second", 10.0, 2) in told(emitted)
    assert next(c for c in of(emitted, Controlled) if c.step == 6).value is None
    at = [ms for steps in of(emitted, Steps) for ms in steps.milliseconds]
    for step in (3, 4, 5, 6):
        assert at[step - 1] - at[step - 2] == pytest.approx(100, abs=6)
    assert at[8] - at[6] < 20


def test_a_slow_run_says_each_step_before_it_waits(few_digits: Digits) -> None:
    emitted, _ = play(SHORT, few_digits, {0: [SetSpeed(steps_per_second=5)]})
    assert [steps.step for steps in of(emitted, Steps)] == [[step] for step in range(1, 10)]


def test_a_brisk_run_takes_what_is_due_in_one_turn_and_says_it_before_it_waits(few_digits: Digits) -> None:
    speed = 2.5 / TOGETHER
    emitted, script = play(Recipe(epochs=10), few_digits, {0: [SetSpeed(steps_per_second=speed)]}, milliseconds=0.01)
    counts = [len(steps.step) for steps in of(emitted, Steps)]
    assert counts[1:-1]
    assert set(counts[1:-1]) == {2, 3}
    assert len(script.waits) == len(counts) - 1
    at = [ms for steps in of(emitted, Steps) for ms in steps.milliseconds]
    assert (at[-1] - at[1]) / 1000 == pytest.approx((len(at) - 2) / speed, abs=TOGETHER)


def test_what_is_said_at_once_says_so(few_digits: Digits) -> None:
    emitted = [
        each
        for each in train_members([Member("a", "a", SHORT), Member("b", "b", SHORT)], few_digits, NoControls())
        if isinstance(each, Emission)
    ]
    first = [each.more for each in emitted if isinstance(each.what, Weights) and each.what.step == 0]
    assert first == [True, True]  # CheckpointSaved comes behind
    assert [each.more for each in emitted if isinstance(each.what, RunStarted | RunFinished)] == [False] * 4
    behind = [after.what for each, after in pairwise(emitted) if each.more]
    assert not any(isinstance(what, RunStarted | RunFinished) for what in behind)


def test_a_control_that_comes_during_a_wait_is_answered_at_once(few_digits: Digits) -> None:
    # Asked when two steps have been taken, while the run waits to take the third.
    emitted, script = play(SHORT, few_digits, {0: [SetSpeed(steps_per_second=0.1)], 2: [NOTHING, STOP]})
    assert told(emitted)[-2:] == [("stop", 2), ("RunStopped", 2)]
    assert len(script.waits) == 2


def test_a_pace_is_named_kept_and_left_for_a_speed(few_digits: Digits) -> None:
    emitted, _ = play(
        SHORT, few_digits, {0: [SetPace(pace="slow")], 3: [SetPace(pace="watch")], 6: [SetSpeed(steps_per_second=None)]}
    )
    assert [(c.what, c.value, c.step) for c in of(emitted, Controlled)] == [
        ("pace", "slow", 0),
        ("pace", "watch", 3),
        ("steps_per_second", None, 6),
    ]
    at = [ms for steps in of(emitted, Steps) for ms in steps.milliseconds]
    assert [b - a for a, b in pairwise(at[:6])] == pytest.approx([250] * 5, abs=6)
    assert at[8] - at[6] < 20


HARMLESS: st.SearchStrategy[Control] = st.sampled_from(
    [PAUSE, RESUME, STEP, SetSpeed(steps_per_second=50), SetSpeed(steps_per_second=None)]
)


@settings(max_examples=15)
@given(st.dictionaries(st.integers(0, 8), st.lists(HARMLESS, max_size=4), max_size=4))
def test_to_be_paused_stepped_and_slowed_changes_no_bit(few_digits: Digits, asked: dict[int, list[Control]]) -> None:
    undisturbed, _ = play(SHORT, few_digits)
    disturbed, _ = play(SHORT, few_digits, {step: [*controls, RESUME] for step, controls in asked.items()})
    for name in ("step", "loss", "accuracy", "gradient_norm"):
        columns = [
            [value for steps in of(emitted, Steps) for value in getattr(steps, name)]
            for emitted in (undisturbed, disturbed)
        ]
        assert columns[0] == columns[1]
    one, other = (load(of(emitted, Checkpoint)[-1].data) for emitted in (undisturbed, disturbed))
    assert all(np.array_equal(one[name], other[name]) for name in one)


class Behind(MetricsBuffer):
    """As on a GPU, where a copy is under way while the next steps are taken."""

    def __init__(self, learners: Sequence[Learner]) -> None:
        super().__init__(learners)
        self.behind = 1


def test_a_copy_that_is_under_way_delays_what_is_said_and_changes_nothing(
    few_digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[int, list[Control | None]] = {4: [SetLearningRate(learning_rate=0.5)], 6: [PAUSE, STEP, RESUME]}
    expected, _ = play(SHORT, few_digits, asked, milliseconds=20)
    monkeypatch.setattr("app.learning.loop.MetricsBuffer", Behind)
    emitted, _ = play(SHORT, few_digits, asked, milliseconds=20)

    def columns(of_run: Emitted) -> list[tuple[float | None, ...]]:
        return [row for s in of(of_run, Steps) for row in zip(s.step, s.loss, s.learning_rate, s.accuracy, strict=True)]

    def rest(of_run: Emitted) -> list[tuple[object, ...]]:
        ends = [(e.step, e.train_loss, e.valid_loss, e.confusion) for e in of(of_run, EpochEnded)]
        shown = [(w.step, w.values, w.scale) for w in of(of_run, Weights)]
        return [*ends, *shown, *((c.what, c.value, c.step) for c in of(of_run, Controlled))]

    assert columns(emitted) == columns(expected)
    assert rest(emitted) == rest(expected)
    late = [e.milliseconds for e in of(emitted, EpochEnded)]
    assert sum(late) > sum(e.milliseconds for e in of(expected, EpochEnded))


def test_no_epoch_waits_for_the_device(few_digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where time stands still, a copy at the start and one at the end are all."""
    copies = []

    class Counted(HostCopy):
        def wait(self) -> Sequence[torch.Tensor]:
            copies.append(self)
            return super().wait()

    monkeypatch.setattr("app.learning.metrics_buffer.HostCopy", Counted)
    emitted, _ = play(SHORT, few_digits, milliseconds=0)
    assert len(of(emitted, EpochEnded)) == 3
    assert len(copies) == 2
