"""Twelve learning rates, three losses and networks: where learning is best, and where it ends."""

from collections.abc import Sequence

from app.recipe import Recipe
from app.sweep import combinations
from benchmarks.lessons.claim import Claim, Claims, Value
from benchmarks.lessons.learned import SEEDS, Learned, Run, after, logits, middle, valid

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
EPOCHS = 10
LOST = 0.6
"""What a run that learned nothing does not reach."""
KINDS = {
    "mnist_loss": Recipe(epochs=EPOCHS),
    "bce": Recipe(epochs=EPOCHS, loss="bce"),
    "two_linear_bce": Recipe(epochs=EPOCHS, loss="bce", model="two_linear"),
}


def claims(learned: Learned) -> Claims:
    for key, recipe in KINDS.items():
        runs = by_rate(learned, recipe)
        what = {"mnist_loss": "mnist_loss", "bce": "cross-entropy"}.get(key, "cross-entropy, two layers without a bend")
        source = f"{key}, {EPOCHS} epochs, seeds 0–2, step {recipe.steps}"
        medians = {rate: middle(run.accuracy for run in some) for rate, some in runs.items()}
        yield Claim(f"{key}_accuracy", f"{what}: median accuracy by learning rate", _written(medians), source)
        for seed in SEEDS:
            reached = {rate: some[seed].accuracy for rate, some in runs.items()}
            yield Claim(f"{key}_seed_{seed}", f"{what}: accuracy by learning rate, seed {seed} (–: failed)",
                        _written(reached), source)  # fmt: skip
            cliff = next((rate for rate in RATES if lost(runs[rate][seed])), None)
            best = max(RATES, key=lambda rate: (reached[rate] or 0.0, -rate))
            yield Claim(f"{key}_best_{seed}", f"{what}: best rate, first that is lost, and their factor, seed {seed}",
                        {"best": best, "cliff": cliff, "factor": cliff and cliff / best}, source, "g")  # fmt: skip
        failed = {
            f"{rate:g}": [run.failed for run in some] for rate, some in runs.items() if any(r.failed for r in some)
        }
        yield Claim(f"{key}_failed", f"{what}: rates at which numbers overflow, and after how many steps, by seed",
                    failed or "none", source)  # fmt: skip
        ends = {f"{rate:g}": [run.norms[-1] for run in some] for rate, some in runs.items() if all(map(frozen, some))}
        yield Claim(f"{key}_frozen", f"{what}: length of the last gradient where all seeds freeze",
                    ends or "none", source, ".1e")  # fmt: skip
        still = {f"{rate:g}": [stopped(run) for run in some] for rate, some in runs.items() if any(map(stopped, some))}
        yield Claim(f"{key}_stopped", f"{what}: steps from which on all gradients are recorded as 0, by seed",
                    still or "none", source)  # fmt: skip
    yield from saturated(learned)
    yield from silenced(learned)


def stopped(run: Run) -> int | None:
    """The first step of those at the end whose gradients all have the recorded length 0."""
    moving = [step for step, norm in enumerate(run.norms, 1) if norm]
    last = moving[-1] if moving else 0
    return last + 1 if last < len(run.norms) else None


def saturated(learned: Learned) -> Claims:
    """How far out the logits of frozen networks are, and whether any unit still answers."""
    images, _ = valid(learned.digits)
    for loss, rate in (("mnist_loss", 10.0), ("mnist_loss", 30.0), ("mnist_loss", 100.0), ("bce", 3.0), ("bce", 10.0)):
        run = learned.run(KINDS[loss].model_copy(update={"learning_rate": rate}))
        z = logits(run.recipe, run.named, images).abs()
        alive = images @ run.named["0.weight"].T + run.named["0.bias"] > 0
        yield Claim(f"saturated_{loss}_{rate:g}", f"{loss}, rate {rate:g}: least and median |logit|, units that answer",
                    {"smallest": z.min().item(), "median": z.median().item(), "units": int(alive.any(0).sum())},
                    f"{loss}, {EPOCHS} epochs, seed 0, validation images", ".3g")  # fmt: skip


def silenced(learned: Learned) -> Claims:
    """How steps that are too large leave fewer and fewer units that answer to any digit."""
    images, _ = valid(learned.digits)
    for rate, steps in ((3.0, (1, 5, 10, 20, 30, 35)), (300.0, (1, 2, 3))):
        recipe = KINDS["bce"].model_copy(update={"learning_rate": rate})
        left = {}
        for step in steps:
            placed = after(recipe, step, learned.digits)
            named = placed.named(placed.values)
            left[str(step)] = int((images @ named["0.weight"].T + named["0.bias"] > 0).any(0).sum())
        words = f"cross-entropy, rate {rate:g}: units of 30 that answer to any digit, by step"
        yield Claim(f"silenced_{rate:g}", words, left, "bce, seed 0, validation images")


def by_rate(learned: Learned, recipe: Recipe) -> dict[float, Sequence[Run]]:
    runs = iter(learned.runs(combinations(recipe, {"learning_rate": RATES, "seed": SEEDS})))
    return {rate: [next(runs) for _ in SEEDS] for rate in RATES}


def frozen(run: Run) -> bool:
    return run.accuracy is not None and run.accuracy < LOST


def lost(run: Run) -> bool:
    return run.accuracy is None or run.accuracy < LOST


def _written(by_rate: dict[float, float | None]) -> Value:
    return {f"{rate:g}": value for rate, value in by_rate.items()}
