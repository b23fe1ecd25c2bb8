"""A run that lost its worker goes on from a kept model, and nobody can tell by its numbers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load
from torch import Tensor

from app.checkpoint import Checkpoint
from app.controls import Control, SetLearningRate, SetPace, SetSpeed
from app.events import CheckpointSaved, Controlled, EpochEnded, Event, RunFailed, RunQueued, RunStopped, Steps, Weights
from app.learning.checkpoint import read
from app.learning.dataset import Digits
from app.learning.learner import Learner
from app.learning.stepping import Captured, Plain, Stepping
from app.learning.train import Emission, Member, Wait, train_members
from app.recipe import Recipe
from app.record import Record
from app.resumption import Resumption
from app.run import Run
from tests.learning.scripted import NOTHING, PAUSE, RESUME, STOP, Clock, Emitted, Script, of, play

SHORT = Recipe(epochs=3)
"""Nine steps with few digits, kept after 0, 3, 6 and 9 of them."""
CLOCKED = {"milliseconds", "time", "seconds"}


def content(emitted: Emitted) -> dict[str, list[object]]:
    """All that was emitted, in its order by type, but for the clock's times and how steps were grouped."""
    found: dict[str, list[object]] = {}
    for what in emitted:
        items = found.setdefault(type(what).__name__, [])
        match what:
            case Steps():
                items += zip(what.step, what.loss, what.accuracy, what.learning_rate, what.gradient_norm, strict=True)
            case Weights():
                items.append(what.encode(1))
            case Checkpoint(kept=True):
                metadata = json.loads(what.data[8 : 8 + int.from_bytes(what.data[:8], "little")])["__metadata__"]
                metadata["summary"] = without_times(json.loads(metadata["summary"]))
                items.append((what.step, metadata, {name: each.tobytes() for name, each in load(what.data).items()}))
            case Event():
                items.append(without_times(json.loads(what.encode(1))))
    return found


def without_times(fields: object) -> object:
    if not isinstance(fields, dict):
        return fields
    return {name: without_times(value) for name, value in fields.items() if name not in CLOCKED}


def run_of(recipe: Recipe, log: Iterable[Event]) -> Run:
    run = Run.queued(RunQueued(run="r1", name="a run", recipe=recipe, place=1, time=1.0))
    for seq, event in enumerate(log, 1):
        run = run.after(Record.of(event, seq))
    return run


def resumption(recipe: Recipe, before: Emitted) -> Resumption:
    """As a server makes it of a log that ends there, by way of the pipe to its worker."""
    log = [what for what in before if isinstance(what, Event)]
    step = of(before, CheckpointSaved)[-1].step
    (kept,) = {each.data for each in of(before, Checkpoint) if each.kept and each.step == step}
    shown = [event.step for event in log if isinstance(event, Weights)]
    run = run_of(recipe, log)
    made = Resumption.of(run, kept, step, log, kept=step, kept_summary=run.summary, shown=shown)
    return Resumption.model_validate_json(made.model_dump_json())


def go_on(
    recipe: Recipe,
    digits: Digits,
    resumption: Resumption,
    asked: Mapping[int, Sequence[Control | None]],
    *,
    milliseconds: float = 1,
    stepping: Stepping = Plain,
) -> Emitted:
    """What is emitted of a run that goes on; ``asked`` from the end of its log on."""
    clock = Clock(milliseconds)
    script = Script(clock, asked)
    script.steps = resumption.step
    member = Member("r1", "a run", recipe.model_copy(update={"device": "cpu"}))
    emitted: Emitted = []
    for each in train_members(
        [member],
        digits,
        script,
        clock=clock,
        now=lambda: 1_700_000_000.0,
        resumptions={"r1": resumption},
        stepping=stepping,
    ):
        if not isinstance(each, Wait):
            emitted.append(each.what)
        elif script.steps >= resumption.last and each.until != clock.seconds:
            script.wait(each.until)
    return emitted


def rest(asked: Mapping[int, Sequence[Control | None]], before: Emitted, last: int) -> dict[int, list[Control | None]]:
    """What is asked that the log does not answer."""
    left = {step: [control for control in controls if control] for step, controls in asked.items() if step >= last}
    answered = sum(event.step == last for event in of(before, Controlled))
    return {step: [*controls[answered if step == last else 0 :]] for step, controls in left.items()}


Asked = tuple[str | None, Control]
RATES = [SetLearningRate(learning_rate=rate) for rate in (0.05, 0.2)]
ASKED: list[list[Control | None]] = [
    [PAUSE, NOTHING, RESUME],
    [RATES[0]],
    [RATES[0], PAUSE, NOTHING, RATES[1], RESUME],
    [SetSpeed(steps_per_second=20)],
    [SetPace(pace="slow"), RATES[1]],
]
recipes = st.builds(
    Recipe,
    model=st.sampled_from(["simple_net", "linear", "two_linear"]),
    hidden=st.sampled_from([1, 7]),
    loss=st.sampled_from(["mnist_loss", "bce"]),
    optimizer=st.sampled_from(["sgd", "momentum", "adam"]),
    learning_rate=st.sampled_from([0.01, 0.1]),
    batch_size=st.sampled_from([64, 256, 600]),
    epochs=st.integers(1, 3),
    seed=st.integers(0, 3),
    augment=st.booleans(),
    invert=st.sampled_from([0.0, 0.3]),
    freeze=st.booleans(),
)


@settings(max_examples=40)
@given(
    recipe=recipes,
    asked=st.dictionaries(st.integers(0, 9), st.sampled_from(ASKED), max_size=3),
    cut=st.floats(0, 1),
    paces=st.tuples(st.sampled_from([1, 4, 40]), st.sampled_from([1, 4, 40])),
)
def test_a_run_that_goes_on_has_the_bits_of_one_that_was_not_disturbed(
    few_digits: Digits,
    recipe: Recipe,
    asked: dict[int, list[Control | None]],
    cut: float,
    paces: tuple[float, float],
) -> None:
    asked = {step: controls for step, controls in asked.items() if step < recipe.epochs * -(-600 // recipe.batch_size)}
    whole, _ = play(recipe, few_digits, asked, milliseconds=paces[0])
    first = next(at for at, what in enumerate(whole) if isinstance(what, CheckpointSaved)) + 1
    before = whole[: first + round(cut * (len(whole) - 1 - first))]
    resumed = resumption(recipe, before)
    after = go_on(recipe, few_digits, resumed, rest(asked, before, resumed.last), milliseconds=paces[1])
    expected, found = content(whole), content([what for what in before if isinstance(what, Event | Checkpoint)] + after)
    replaced = found.pop("WorkerReplaced", [])
    assert len(replaced) == (resumed.last < whole[-1].step)  # type: ignore[union-attr]
    expected.pop("Checkpoint"), found.pop("Checkpoint")  # where the last was kept already, or saved and not yet said
    assert found == expected
    mine, its = ([each for each in of(list_, Checkpoint) if each.kept] for list_ in (before + after, whole))
    assert content([*{each.step: each for each in mine}.values()]) == content([*its])
    times = [ms for steps in of(before + after, Steps) for ms in steps.milliseconds]
    assert times == sorted(times)


def split(emitted: Iterable[Emission]) -> dict[str, Emitted]:
    """By run."""
    found: dict[str, Emitted] = {}
    for run, what, _ in emitted:
        found.setdefault(run, []).append(what)
    return found


class Told:
    """``asked[n]`` comes, one after the other, before step n + 1, for one run or (None) all; nothing before ``step``
    steps have been taken."""

    def __init__(self, clock: Clock, asked: Mapping[int, Sequence[Asked]], step: int = 0) -> None:
        self.clock, self.steps, self.asked = clock, step, {at: list(each) for at, each in asked.items()}

    def take(self) -> Asked | None:
        if controls := self.asked.get(self.steps):
            return controls.pop(0)
        self.steps += 1
        return None

    def wait(self, until: float | None) -> None:
        self.steps -= 1
        self.clock.seconds = max(self.clock.seconds, until or 0.0)


def play_members(
    members: Sequence[Member],
    digits: Digits,
    asked: Mapping[int, Sequence[Asked]],
    milliseconds: float,
    resumptions: Mapping[str, Resumption] | None = None,
) -> list[Emission]:
    said = list((resumptions or {}).values())
    clock = Clock(milliseconds)
    told = Told(clock, asked, said[0].step if said else 0)
    last = max((each.last for each in said), default=0)
    emitted = []
    for each in train_members(members, digits, told, clock=clock, now=lambda: 1_700_000_000.0, resumptions=resumptions):
        if not isinstance(each, Wait):
            emitted.append(each)
        elif told.steps >= last and each.until != clock.seconds:
            told.wait(each.until)
    return emitted


def resumptions(members: Sequence[Member], before: Sequence[Emission], block: int) -> dict[str, Resumption]:
    """As a server makes them of the logs of those that have not ended."""
    logs = {run: [each for each in log if isinstance(each, Event)] for run, log in split(before).items()}
    on = {m.run: run_of(m.recipe, logs.get(m.run, [])) for m in members}
    on = {run: known for run, known in on.items() if known.active}
    kept = {run: {each.step for each in logs.get(run, []) if isinstance(each, CheckpointSaved)} for run in on}
    step = max(set.intersection({*range(9)}, *kept.values()) | {0})
    made = {}
    for run, known in on.items():
        log = logs.get(run, [])
        models = {each.step: each.data for each in of(split(before).get(run, []), Checkpoint) if each.kept}
        shown = [each.step for each in log if isinstance(each, Weights)]
        of_run = Resumption.of(
            known, models[step] if step else None, step, log, kept=max(kept[run], default=-1),
            kept_summary=known.summary, shown=shown, block=block,
        )  # fmt: skip
        made[run] = Resumption.model_validate_json(of_run.model_dump_json())
    return made


GROUPS: dict[str, list[dict[str, object]]] = {
    "learning rates": [{"learning_rate": rate} for rate in (0.1, 0.5, 0.01)],
    "both": [{"learning_rate": rate, "seed": seed} for seed in (1, 2) for rate in (0.1, 0.5)],
    "seeds": [{"seed": seed} for seed in (3, 1)],
}
OF_GROUPS: list[list[Asked]] = [
    [(None, RATES[0])],
    [("r1", RATES[1])],
    [("r0", RATES[1]), (None, SetSpeed(steps_per_second=500))],
    [("r0", STOP)],
    [(None, SetPace(pace="slow")), ("r1", STOP)],
]


@settings(max_examples=25)
@given(
    group=st.sampled_from(sorted(GROUPS)),
    base=st.fixed_dictionaries(
        {
            "model": st.sampled_from(["simple_net", "linear"]),
            "optimizer": st.sampled_from(["sgd", "momentum", "adam"]),
            "augment": st.booleans(),
        }
    ),
    asked=st.dictionaries(st.integers(1, 8), st.sampled_from(OF_GROUPS), max_size=2),
    cut=st.floats(0, 1),
    block=st.sampled_from([1, 2, 5]),
    paces=st.tuples(st.sampled_from([1, 4, 40]), st.sampled_from([1, 4, 40])),
)
def test_members_of_a_sweep_go_on_as_if_nothing_had_been(
    few_digits: Digits,
    group: str,
    base: dict[str, object],
    asked: dict[int, list[Asked]],
    cut: float,
    block: int,
    paces: tuple[float, float],
) -> None:
    common = {"epochs": 3, "hidden": 7, "device": "cpu"} | base
    members = [
        Member(f"r{at}", f"run {at}", Recipe.model_validate(common | own)) for at, own in enumerate(GROUPS[group])
    ]
    whole = play_members(members, few_digits, asked, paces[0])
    before = whole[: 1 + round(cut * (len(whole) - 2))]
    resumed = resumptions(members, before, block)
    last = max(each.last for each in resumed.values())
    left = {step: each for step, each in asked.items() if step >= last}
    if last in left:  # what each has answered it is not told again, and what one of them has answered none of them
        answers = {run: sum(event.step == last for event in of(log, Controlled)) for run, log in split(before).items()}
        if any(answers.values()):
            return
    again = [member._replace(ended=member.run not in resumed) for member in members]
    after = split(play_members(again, few_digits, left, paces[1], resumed))
    assert set(after) == set(resumed)
    for run, expected in split(whole).items():
        logged = [what for what in split(before).get(run, []) if isinstance(what, Event | Checkpoint)]
        mine, its = content(logged + after.get(run, [])), content(expected)
        mine.pop("WorkerReplaced", None)
        mine.pop("Checkpoint", None), its.pop("Checkpoint", None)
        assert mine == its


def captured(learner: Learner, ring: Tensor) -> Captured:
    return Captured(learner, ring, capture=lambda program: program)


@pytest.mark.parametrize("stepping", [Plain, captured])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_a_run_goes_on_from_the_middle_of_an_epoch(few_digits: Digits, optimizer: str, stepping: Stepping) -> None:
    recipe = Recipe.model_validate({"epochs": 3, "optimizer": optimizer, "augment": True})
    whole, _ = play(recipe, few_digits)
    stopped, _ = play(recipe, few_digits, {5: [STOP]})
    log = [what for what in stopped if isinstance(what, Event)][:-1]
    assert isinstance(log[-1], CheckpointSaved)
    kept = of(stopped, Checkpoint)[-1]
    assert read(kept.data).losses
    shown = [each.step for each in of(stopped, Weights)]
    run = run_of(recipe, log)
    resumed = Resumption.of(run, kept.data, 5, [], kept=5, kept_summary=run.summary, shown=shown)
    after = go_on(recipe, few_digits, resumed, {}, stepping=stepping)
    expected, found = content(whole), content(after)
    assert found["Steps"] == expected["Steps"][5:]
    assert found["EpochEnded"] == expected["EpochEnded"][1:]
    one, other = (load(of(emitted, Checkpoint)[-1].data) for emitted in (whole, after))
    assert {name: value.tobytes() for name, value in one.items()} == {
        name: value.tobytes() for name, value in other.items()
    }


def cut_after(emitted: Emitted, step: int) -> Emitted:
    """Up to and including the last steps that end at ``step``."""
    return emitted[
        : next(at for at, what in enumerate(emitted) if isinstance(what, Steps) and what.step[-1] == step) + 1
    ]


@pytest.mark.parametrize(("at", "newest"), [(1, 0), (7, 6)])
def test_a_run_stopped_before_its_logs_end_is_summed_up_with_the_newest_kept_model(
    few_digits: Digits, at: int, newest: int
) -> None:
    """Only the first had been kept when its worker was lost; on the way to where it is stopped others may be."""
    before = cut_after(play(SHORT, few_digits, milliseconds=40)[0], 8)
    log = [what for what in before if isinstance(what, Event)]
    models = {each.step: each for each in of(before, Checkpoint) if each.kept}
    run, shown = run_of(SHORT, log), [each.step for each in of(before, Weights)]
    summary = run.summary.with_model(models[0].summary)
    resumed = Resumption.of(run, None, 0, log, kept=0, kept_summary=summary, shown=shown)
    after = go_on(SHORT, few_digits, resumed, {at: [STOP]}, milliseconds=40)
    (stopped,) = of(after, RunStopped)
    assert (stopped.step, stopped.summary) == (8, run.summary.with_model(models[newest].summary))
    assert stopped.summary.valid_loss == models[newest].summary.valid_loss
    assert models[0].summary.valid_loss != models[6].summary.valid_loss


def test_nothing_is_emitted_while_the_log_is_computed_again_and_nobody_is_kept_waiting(few_digits: Digits) -> None:
    before = cut_after(play(SHORT, few_digits, milliseconds=40)[0], 8)
    resumed = resumption(SHORT, before)
    assert (resumed.step, resumed.last) == (6, 8)
    member = Member("r1", "a run", SHORT.model_copy(update={"device": "cpu"}))
    clock = Clock(40)
    first = next(iter(train_members([member], few_digits, Script(clock, {}), clock=clock, resumptions={"r1": resumed})))
    assert first == Wait(clock.seconds)


def test_a_run_that_comes_out_otherwise_fails_and_says_where(few_digits: Digits) -> None:
    before = cut_after(play(SHORT, few_digits, milliseconds=40)[0], 8)
    resumed = resumption(SHORT, before)
    other = replace(few_digits, train_images=few_digits.train_images.flip(0))
    (failed,) = go_on(SHORT, other, resumed, {})
    assert isinstance(failed, RunFailed)
    assert "from the model of step 6, step 7 came out otherwise" in failed.reason
    assert (failed.step, failed.diverged) == (8, False)
    assert failed.summary.valid_accuracy == of(before, EpochEnded)[-1].valid_accuracy


def test_a_run_that_was_about_to_diverge_diverges(few_digits: Digits) -> None:
    recipe = Recipe(epochs=3, loss="bce", model="two_linear", learning_rate=1000)
    whole, _ = play(recipe, few_digits, milliseconds=40)
    *before, failed = whole
    (again,) = go_on(recipe, few_digits, resumption(recipe, before), {}, milliseconds=40)
    assert isinstance(failed, RunFailed)
    assert again == failed.model_copy(update={"summary": again.summary})  # type: ignore[union-attr]


def test_a_missing_device_is_said(few_digits: Digits) -> None:
    before = cut_after(play(SHORT, few_digits, milliseconds=40)[0], 8)
    resumed = resumption(SHORT, before).model_copy(update={"device": "mps"})
    (failed,) = go_on(SHORT, few_digits, resumed, {})
    assert isinstance(failed, RunFailed)
    assert failed.step == 8
    assert "MPS" in failed.reason


def test_no_run_goes_on_from_a_model_that_lacks_what_it_needs(few_digits: Digits) -> None:
    resumed = resumption(SHORT, play(SHORT, few_digits)[0][:5])
    member = Member("r1", "a run", SHORT)
    unkept = next(each for each in of(play(SHORT, few_digits)[0], Checkpoint) if not each.kept)
    lacking = resumed.model_copy(update={"checkpoint": unkept.data})
    with pytest.raises(ValueError, match="lacks what is needed"):
        next(iter(train_members([member], few_digits, Script(Clock(1), {}), resumptions={"r1": lacking})))
    both = [member, Member("r2", "another", SHORT)]
    with pytest.raises(ValueError, match="go on together"):
        next(iter(train_members(both, few_digits, Script(Clock(1), {}), resumptions={"r1": resumed})))


def test_a_run_that_goes_on_keeps_its_pace(few_digits: Digits) -> None:
    asked = {1: [SetSpeed(steps_per_second=0.5)]}
    before = cut_after(play(SHORT, few_digits, asked, milliseconds=1)[0], 8)
    resumed = resumption(SHORT, before)
    member = Member("r1", "a run", SHORT.model_copy(update={"device": "cpu"}))
    clock = Clock(1)
    until = next(
        each.until
        for each in train_members([member], few_digits, Script(clock, {}), clock=clock, resumptions={"r1": resumed})
        if isinstance(each, Wait) and each.until is not None and each.until > clock.seconds
    )
    assert until - clock.seconds == pytest.approx(2, abs=0.1)
