"""Named recipes that a learner would try first. Their figures are measured: `python -m benchmarks.presets`."""

from pydantic import BaseModel, ConfigDict

from app.recipe import Recipe


class Preset(BaseModel):
    """``description`` says what is in it and what came out, on the validation images, over five seeds."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    description: str
    recipe: Recipe


PRESETS: tuple[Preset, ...] = (
    Preset(
        name="textbook",
        title="Textbook",
        description=(
            "784 → 30 → ReLU → 1, mnist_loss, SGD at 0.1, mini-batches of 256, 40 epochs. Five seeds read 98.14–98.28"
            " % of the validation images rightly (mean 98.22 %), at a loss of 0.0203."
        ),
        recipe=Recipe(),
    ),
    Preset(
        name="headline",
        title="Headline",
        description=(
            "The textbook recipe with mini-batches of 32, so eight times as many steps. Five seeds reach 98.38–98.58 "
            "% (mean 98.48 %) at a loss of 0.0160: the 98.47 % at 0.0184 that the article behind Threeseven reports."
        ),
        recipe=Recipe(batch_size=32),
    ),
    Preset(
        name="linear",
        title="One layer",
        description=(
            "784 → 1, no hidden layer: one weight for each pixel. Five seeds reach 97.69–97.74 % (mean 97.71 %) at a "
            "loss of 0.0296."
        ),
        recipe=Recipe(model="linear"),
    ),
    Preset(
        name="two_linear",
        title="Two layers without a bend",
        description=(
            "The textbook network without its ReLU. It can express no more than one layer can, yet it learns faster: "
            "98.14–98.23 % (mean 98.21 %) at a loss of 0.0206, where one layer reaches 97.71 %."
        ),
        recipe=Recipe(model="two_linear"),
    ),
    Preset(
        name="too_slow",
        title="Learning rate too small",
        description=(
            "The textbook recipe at a learning rate of 0.001. After 40 epochs it is about where the nearer mean image"
            " is without learning: 93.67–96.17 % (mean 95.20 %), at a loss of 0.288."
        ),
        recipe=Recipe(learning_rate=0.001),
    ),
    Preset(
        name="too_fast",
        title="Learning rate too large",
        description=(
            "The textbook recipe at a learning rate of 10. Each step jumps so far that luck decides where it ends: "
            "from 50.44 % to 99.17 % (mean of five seeds 69.92 %)."
        ),
        recipe=Recipe(learning_rate=10),
    ),
    Preset(
        name="diverging",
        title="Learning rate out of all bounds",
        description=(
            "Two linear layers, cross-entropy, a learning rate of 1,000. Each update overshoots further than the one "
            "before; with five seeds the numbers overflowed after 7 or 8 steps, and the run failed."
        ),
        recipe=Recipe(model="two_linear", loss="bce", learning_rate=1000, epochs=5),
    ),
    Preset(
        name="accuracy_loss",
        title="Accuracy as the loss",
        description=(
            "What we care about as what we make small. Accuracy is a stair without a slope: every gradient is zero, "
            "and five seeds stay at the 45.83–63.05 % (mean 54.58 %) of their first, random weights."
        ),
        recipe=Recipe(loss="accuracy", epochs=5),
    ),
    Preset(
        name="tiny_batch",
        title="Mini-batches of four",
        description=(
            "The textbook recipe with four images a step, 5 epochs: noisy curves, yet 15,495 small steps go far. "
            "98.33–98.72 % (mean 98.53 %) at a loss of 0.0156."
        ),
        recipe=Recipe(batch_size=4, epochs=5),
    ),
    Preset(
        name="whole_set",
        title="One batch of everything",
        description=(
            "All 12,396 images in each step: smooth, and only 40 steps in 40 epochs. 96.32–96.61 % (mean 96.49 %) at "
            "a loss of 0.118, six times the textbook's."
        ),
        recipe=Recipe(batch_size=12_396),
    ),
    Preset(
        name="cross_entropy",
        title="Cross-entropy",
        description=(
            "The textbook recipe with cross-entropy, which pulls hardest where the network is most wrong. 98.48–98.63"
            " % (mean 98.56 %); its loss of 0.0440 is on another scale than mnist_loss."
        ),
        recipe=Recipe(loss="bce"),
    ),
    Preset(
        name="momentum",
        title="Momentum",
        description=(
            "The textbook recipe with steps that roll on, nine tenths of each kept for the next. 98.33–98.53 % (mean "
            "98.45 %) at a loss of 0.0160: mini-batches of 32 need eight times the steps for that."
        ),
        recipe=Recipe(optimizer="momentum"),
    ),
    Preset(
        name="adam",
        title="Adam",
        description=(
            "The textbook recipe with Adam at 0.001, which gives each parameter a pace of its own. 98.68–98.82 % "
            "(mean 98.70 %) at a loss of 0.0142."
        ),
        recipe=Recipe(optimizer="adam", learning_rate=0.001),
    ),
    Preset(
        name="augmented",
        title="Never the same image twice",
        description=(
            "The same 30 units, cross-entropy and momentum, and every image shifted, turned, scaled and slanted anew "
            "each time it is met. 99.75–99.80 % (mean 99.78 %): the best of these recipes."
        ),
        recipe=Recipe(augment=True, loss="bce", optimizer="momentum"),
    ),
)


def preset(name: str) -> Preset:
    """Raises KeyError for an unknown name."""
    return {p.name: p for p in PRESETS}[name]
