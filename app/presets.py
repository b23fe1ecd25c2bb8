"""Named recipes that a learner would try first. Their figures are measured: `python -m benchmarks.presets`."""

from pydantic import BaseModel, ConfigDict

from app.recipe import Recipe


class Measured(BaseModel):
    """Shares of the validation images that were read rightly after the last epoch, over five seeds or more."""

    model_config = ConfigDict(frozen=True)

    lowest: float
    mean: float
    highest: float


class Preset(BaseModel):
    """``description`` says what is in it and what came out, on the validation images, over five seeds or more.
    ``measured`` is None where every run fails."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    description: str
    recipe: Recipe
    measured: Measured | None = None


class Answer(BaseModel):
    """``label`` is how a preset answers a question, in a word or a number."""

    model_config = ConfigDict(frozen=True)

    label: str
    preset: str


class Question(BaseModel):
    """Something to find out by training, and presets that differ in what it asks about. A preset may answer several."""

    model_config = ConfigDict(frozen=True)

    question: str
    answers: tuple[Answer, ...]


def _measured(lowest: float, mean: float, highest: float) -> Measured:
    """Return shares of 1 from percentages."""
    return Measured(lowest=lowest / 100, mean=mean / 100, highest=highest / 100)


def _question(question: str, *answers: tuple[str, str]) -> Question:
    return Question(question=question, answers=tuple(Answer(label=label, preset=name) for label, name in answers))


PRESETS: tuple[Preset, ...] = (
    Preset(
        name="textbook",
        title="Textbook",
        description=(
            "784 → 30 → ReLU → 1, mnist_loss, SGD at 0.1, mini-batches of 256, 40 epochs. Five seeds read 98.14–98.28 "
            "% of the validation images rightly, at a loss of 0.0203."
        ),
        recipe=Recipe(),
        measured=_measured(98.14, 98.22, 98.28),
    ),
    Preset(
        name="headline",
        title="Headline",
        description=(
            "The textbook recipe with mini-batches of 32, so eight times as many steps. Five seeds reach 98.38–98.58 "
            "% at a loss of 0.0160: the 98.47 % at 0.0184 that the article behind Threeseven reports."
        ),
        recipe=Recipe(batch_size=32),
        measured=_measured(98.38, 98.48, 98.58),
    ),
    Preset(
        name="linear",
        title="One layer",
        description=(
            "784 → 1, no hidden layer: one weight for each pixel. Five seeds reach 97.69–97.74 % at a loss of 0.0296."
        ),
        recipe=Recipe(model="linear"),
        measured=_measured(97.69, 97.71, 97.74),
    ),
    Preset(
        name="two_linear",
        title="Two layers without a bend",
        description=(
            "The textbook network without its ReLU. It can express no more than one layer can, yet it learns faster: "
            "98.14–98.23 % at a loss of 0.0206, where one layer reaches 97.71 %."
        ),
        recipe=Recipe(model="two_linear"),
        measured=_measured(98.14, 98.21, 98.23),
    ),
    Preset(
        name="inverted_linear",
        title="No bend, and half of the digits inverted",
        description=(
            "Every second image black on white. Without a bend a digit and its negative pull the same weights in "
            "opposite directions: five seeds get stuck at 72.87–73.99 %."
        ),
        recipe=Recipe(model="two_linear", invert=0.5, epochs=20),
        measured=_measured(72.87, 73.45, 73.99),
    ),
    Preset(
        name="inverted",
        title="A bend, and half of the digits inverted",
        description=(
            "Every second image black on white. With ReLU some units can answer to ink and others to its absence: "
            "97.55–97.79 % in 20 epochs, where two layers without a bend get stuck at 73 %."
        ),
        recipe=Recipe(invert=0.5, epochs=20),
        measured=_measured(97.55, 97.67, 97.79),
    ),
    Preset(
        name="too_slow",
        title="Learning rate too small",
        description=(
            "The textbook recipe at a learning rate of 0.001. After 40 epochs it is about where the nearer mean image "
            "is without learning: 93.67–96.17 %, at a loss of 0.288."
        ),
        recipe=Recipe(learning_rate=0.001),
        measured=_measured(93.67, 95.20, 96.17),
    ),
    Preset(
        name="larger_steps",
        title="Learning rate of 1",
        description=(
            "Ten times the textbook’s learning rate, and better for it: mnist_loss is bounded, so steps stay short "
            "enough. 98.38–98.63 % at a loss of 0.0159."
        ),
        recipe=Recipe(learning_rate=1),
        measured=_measured(98.38, 98.50, 98.63),
    ),
    Preset(
        name="on_the_edge",
        title="Learning rate on the edge",
        description=(
            "The textbook recipe at a learning rate of 10. Each step jumps so far that luck decides where it ends: of "
            "five seeds two read 99 % and more, three froze at 50.44 %."
        ),
        recipe=Recipe(learning_rate=10),
        measured=_measured(50.44, 69.96, 99.31),
    ),
    Preset(
        name="too_fast",
        title="Learning rate too large",
        description=(
            "Cross-entropy at a learning rate of 100. The first steps throw the units so far that none of them "
            "answers to any image; what does not answer has no slope, and nothing brings it back. A hundred seeds of "
            "a hundred end at 49.56 or 50.44 %: one answer for everything."
        ),
        recipe=Recipe(loss="bce", learning_rate=100, epochs=5),
        measured=_measured(49.56, 50.01, 50.44),
    ),
    Preset(
        name="diverging",
        title="Learning rate out of all bounds",
        description=(
            "Two linear layers, cross-entropy, a learning rate of 1,000. Without a bend nothing goes silent: each "
            "update overshoots further than the one before. With sixty seeds of sixty the numbers overflowed after 7 "
            "or 8 steps, and the run failed."
        ),
        recipe=Recipe(model="two_linear", loss="bce", learning_rate=1000, epochs=5),
    ),
    Preset(
        name="accuracy_loss",
        title="Accuracy as the loss",
        description=(
            "What we care about as what we make small. Accuracy is a stair without a slope: every gradient is zero, "
            "and five seeds stay at the 45.83–63.05 % of their first, random weights."
        ),
        recipe=Recipe(loss="accuracy", epochs=5),
        measured=_measured(45.83, 54.58, 63.05),
    ),
    Preset(
        name="single_images",
        title="One image at a time",
        description=(
            "A step for every single image, 12,396 of them in one epoch. Each looks in a direction of its own, and "
            "yet five seeds reach 98.09–98.38 % at a loss of 0.0180, as good as forty epochs of the textbook recipe."
        ),
        recipe=Recipe(batch_size=1, epochs=1),
        measured=_measured(98.09, 98.23, 98.38),
    ),
    Preset(
        name="tiny_batch",
        title="Mini-batches of four",
        description=(
            "The textbook recipe with four images a step, 5 epochs: noisy curves, yet 15,495 small steps go far. "
            "98.33–98.72 % at a loss of 0.0156."
        ),
        recipe=Recipe(batch_size=4, epochs=5),
        measured=_measured(98.33, 98.53, 98.72),
    ),
    Preset(
        name="whole_set",
        title="One batch of everything",
        description=(
            "All 12,396 images in each step: smooth, and only 40 steps in 40 epochs. 96.32–96.61 % at a loss of "
            "0.118, six times the textbook’s."
        ),
        recipe=Recipe(batch_size=12_396),
        measured=_measured(96.32, 96.49, 96.61),
    ),
    Preset(
        name="cross_entropy",
        title="Cross-entropy",
        description=(
            "The textbook recipe with cross-entropy, which pulls hardest where the network is most wrong. 98.48–98.63 "
            "%; its loss of 0.0440 is on another scale than mnist_loss."
        ),
        recipe=Recipe(loss="bce"),
        measured=_measured(98.48, 98.56, 98.63),
    ),
    Preset(
        name="one_unit",
        title="A single unit",
        description=(
            "784 → 1 → ReLU → 1: all that it knows goes through one unit. Five seeds still reach 97.89–98.33 %, at a "
            "loss of 0.0282."
        ),
        recipe=Recipe(hidden=1),
        measured=_measured(97.89, 98.10, 98.33),
    ),
    Preset(
        name="many_units",
        title="256 units",
        description=("Eight times the textbook’s units, and hardly better than 30: 98.23–98.33 % at a loss of 0.0200."),
        recipe=Recipe(hidden=256),
        measured=_measured(98.23, 98.27, 98.33),
    ),
    Preset(
        name="momentum",
        title="Momentum",
        description=(
            "The textbook recipe with steps that roll on, nine tenths of each kept for the next. 98.33–98.53 % at a "
            "loss of 0.0160: mini-batches of 32 need eight times the steps for that."
        ),
        recipe=Recipe(optimizer="momentum"),
        measured=_measured(98.33, 98.45, 98.53),
    ),
    Preset(
        name="adam",
        title="Adam",
        description=(
            "The textbook recipe with Adam at 0.001, which gives each parameter a pace of its own. 98.68–98.82 % at a "
            "loss of 0.0142."
        ),
        recipe=Recipe(optimizer="adam", learning_rate=0.001),
        measured=_measured(98.68, 98.70, 98.82),
    ),
    Preset(
        name="augmented",
        title="Never the same image twice",
        description=(
            "The same 30 units, cross-entropy and momentum, and every image shifted, turned, scaled and slanted anew "
            "each time it is met. 99.75–99.80 %: the best of these recipes."
        ),
        recipe=Recipe(augment=True, loss="bce", optimizer="momentum"),
        measured=_measured(99.75, 99.78, 99.80),
    ),
)

QUESTIONS: tuple[Question, ...] = (
    _question(
        "How large a step?",
        ("0.001", "too_slow"),
        ("0.1", "textbook"),
        ("1", "larger_steps"),
        ("10", "on_the_edge"),
        ("100", "too_fast"),
        ("1,000", "diverging"),
    ),
    _question(
        "How many images a step?",
        ("1", "single_images"),
        ("4", "tiny_batch"),
        ("32", "headline"),
        ("256", "textbook"),
        ("All", "whole_set"),
    ),
    _question(
        "What if there is no bend?",
        ("One layer", "linear"),
        ("Two layers", "two_linear"),
        ("Half inverted, no bend", "inverted_linear"),
        ("Half inverted, ReLU", "inverted"),
    ),
    _question(
        "Which loss?", ("mnist_loss", "textbook"), ("Cross-entropy", "cross_entropy"), ("Accuracy", "accuracy_loss")
    ),
    _question("More units?", ("1", "one_unit"), ("30", "textbook"), ("256", "many_units")),
    _question("A better optimiser?", ("SGD", "textbook"), ("Momentum", "momentum"), ("Adam", "adam")),
    _question("What reads best?", ("Other images each time", "augmented")),
)
"""In the order in which one would ask them. Every preset answers one."""


def preset(name: str) -> Preset:
    """Raises KeyError for an unknown name."""
    return {p.name: p for p in PRESETS}[name]
