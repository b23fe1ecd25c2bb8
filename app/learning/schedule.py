"""At which steps the weights are shown, and at which epochs' ends the whole model is kept."""

SHOWN = 120
"""Weight images of 30 units are 24 kB: 120 of them are a replay of 3 MB."""
SHOWN_UNSCHEDULED = 120
"""Weight images that a run may show besides, because somebody paused it or had it take a single step."""
SHOWN_EPOCHS = 80
"""The rest is for the beginning, where most happens."""
KEPT = 200
"""Checkpoints of 30 units are 94 kB."""


def shown_steps(epochs: int, steps_per_epoch: int) -> frozenset[int]:
    """At most ``SHOWN`` steps: 0, the last, every epoch's end (every k-th beyond ``SHOWN_EPOCHS`` epochs), and the rest
    ever wider apart, so that the beginning is dense. The same for the same recipe on every machine."""
    steps = epochs * steps_per_epoch
    stride = -(-epochs // SHOWN_EPOCHS) * steps_per_epoch
    fixed = {0, steps, *range(stride, steps + 1, stride)}
    for count in range(SHOWN, 0, -1):
        shown = fixed | {round(steps ** (i / count)) for i in range(count)}
        if len(shown) <= SHOWN:
            break
    return frozenset(shown)


def kept_epochs(epochs: int) -> frozenset[int]:
    """At most ``KEPT`` epochs, evenly spread, the last among them. The model as it began is kept beside them."""
    stride = -(-epochs // KEPT)
    return frozenset(range(epochs, 0, -stride))
