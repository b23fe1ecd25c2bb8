"""All lessons, in the order of the article that they follow."""

from app.experiments import ArrayAndTensor, ImageOrders, ShuffledPixels, Timings
from app.lessons.lesson import Function, Lesson, Trial
from app.recipe import TRAIN_IMAGES, Recipe
from app.sweep import Value

BOOK = "app.learning.book"

SEEDS: list[Value] = [0, 1, 2]

RATES: list[Value] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0]

_TEXTBOOK = Trial("The textbook’s recipe", Recipe(), {"seed": [0]})

YOUR_TURN = Lesson(
    slug="your-turn",
    title="Your turn",
    question="What is the best that a million can buy?",
    promise="Say your score first. The last test uses digits that no recipe was chosen by.",
    needs=("the-network",),
    functions=(Function(BOOK, "batch_accuracy", {"correct": "score"}),),
    trials={
        "textbook": Trial(
            "The textbook’s recipe, without the digits of the last test", Recipe(hold_out=True), {"seed": SEEDS}
        )
    },
    watch={"hold_out": True},
)

LESSONS: tuple[Lesson, ...] = (
    Lesson(
        slug="baseline",
        title="A baseline first",
        question="How far does one get without any learning?",
        promise="Two blurred pictures and a subtraction are hard to beat.",
        functions=(
            Function(BOOK, "mnist_distance", {"a": "digit", "b": "mean", "mean": "sum"}),
            Function(BOOK, "is_3", {"x": "digit", "mean3": "mean", "mean7": "mean"}),
            Function(BOOK, "l2_distance", {"a": "digit", "b": "mean", "mean": "sum"}),
        ),
        trials={"network": _TEXTBOOK},
    ),
    Lesson(
        slug="tensors",
        title="Tensors: rank, shape, axis",
        question="What is a picture to a machine, and a stack of them?",
        promise="Shuffle all pixels, and nobody can read a digit any more. Except the network.",
        needs=("baseline",),
        functions=(
            Function(BOOK, "mnist_distance", {"a": "image", "-1": "column", "-2": "row"}),
            Function(BOOK, "simple_net"),
        ),
        experiments={
            "shuffled_pixels": ShuffledPixels(),
            "array_and_tensor": ArrayAndTensor(),
            "timings": Timings(),
        },
    ),
    Lesson(
        slug="broadcasting",
        title="Broadcasting",
        question="How does one image meet two thousand in a single subtraction?",
        promise="The most dangerous shapes are those that do fit.",
        needs=("tensors",),
        functions=(Function(BOOK, "mnist_distance", {"a": "one", "b": "other"}),),
    ),
    Lesson(
        slug="gradient-descent",
        title="Gradient descent, step by step",
        question="How does a machine find 785 numbers without trying them all?",
        promise="Its first step is a picture that you know.",
        needs=("baseline",),
        functions=(
            Function(BOOK, "calc_grad", {"backward": "slope"}),
            Function(BOOK, "train_epoch", {"grad": "slope", "data": "weight", "lr": "rate"}),
            Function(BOOK, "linear1", {"weights": "weight"}),
        ),
        watch={"model": "linear"},
    ),
    Lesson(
        slug="learning-rate",
        title="The learning rate",
        question="How large may a step be?",
        promise="The best step is far larger than the textbook’s, and not far below a cliff.",
        needs=("gradient-descent",),
        functions=(Function(BOOK, "train_epoch", {"grad": "slope", "data": "old", "lr": "rate"}),),
        trials={
            "rates": Trial(
                "Twelve learning rates, ten epochs each",
                Recipe(epochs=10),
                {"learning_rate": RATES},
                {"loss": ("mnist_loss", "bce"), "model": ("simple_net", "two_linear"), "seed": (0, 1, 2)},
            )
        },
        watch={"learning_rate": 10.0, "epochs": 10},
    ),
    Lesson(
        slug="why-not-accuracy",
        title="Why not accuracy?",
        question="Accuracy is what we want. Why not make that as large as can be?",
        promise="Turn a weight, and watch two thousand verdicts stay as they are.",
        needs=("gradient-descent",),
        functions=(Function(BOOK, "batch_accuracy", {"correct": "zero"}), Function(BOOK, "mnist_loss")),
        trials={
            "network": _TEXTBOOK,
            "accuracy": Trial("Accuracy as the loss", Recipe(loss="accuracy", epochs=1), {"seed": [0]}),
        },
        watch={"loss": "accuracy", "epochs": 2},
    ),
    Lesson(
        slug="a-sensible-loss",
        title="A sensible loss",
        question="What should a machine want, digit by digit?",
        promise="Where it is most wrong, the textbook’s loss hardly pulls.",
        needs=("why-not-accuracy",),
        functions=(Function(BOOK, "mnist_loss", {"predictions": "p"}),),
        trials={"network": Trial("The textbook’s recipe", Recipe(), {"seed": [0]}, {"loss": ("mnist_loss", "bce")})},
        watch={"loss": "bce"},
    ),
    Lesson(
        slug="sigmoid",
        title="The sigmoid",
        question="How does any number become a probability?",
        promise="Its middle is nearly straight, and hardly anything stays there.",
        needs=("a-sensible-loss",),
        functions=(
            Function(BOOK, "sigmoid", {"x": "logit"}),
            Function(BOOK, "batch_accuracy", {"xb": "logit", "preds": "probability"}),
        ),
        trials={"network": _TEXTBOOK},
    ),
    Lesson(
        slug="mini-batches",
        title="Mini-batches",
        question="How many images before each step?",
        promise="Which size wins depends on what you count.",
        needs=("gradient-descent",),
        functions=(Function(BOOK, "train_epoch", {"xb": "size", "grad": "batch"}),),
        trials={
            "small": Trial(
                "Mini-batches of 8, 32 and 256, two epochs each",
                Recipe(epochs=2),
                {"batch_size": [8, 32, 256]},
                {"learning_rate": (0.1, 0.03, 1.0), "seed": (0, 1, 2)},
            ),
            "large": Trial(
                "Mini-batches of 2,048 and of all images, fifty epochs each",
                Recipe(epochs=50),
                {"batch_size": [2048, TRAIN_IMAGES]},
                {"learning_rate": (0.1, 0.03, 1.0), "seed": (0, 1, 2)},
            ),
        },
        experiments={"image_orders": ImageOrders()},
        watch={"batch_size": 32},
    ),
    Lesson(
        slug="nonlinearity",
        title="The bend between two lines",
        question="What does a ReLU make possible?",
        promise="A digit and its negative, and what no single picture can read.",
        needs=("sigmoid",),
        functions=(Function(BOOK, "simple_net", {"Linear": "score", "ReLU": "bend"}),),
        trials={
            "bends": Trial(
                "Four activations on half-inverted digits",
                Recipe(epochs=20, invert=0.5),
                {"activation": ["none", "relu", "tanh", "sigmoid"]},
                {"learning_rate": (0.1, 1.0), "seed": (0, 1, 2)},
            )
        },
        watch={"invert": 0.5, "epochs": 20},
    ),
    Lesson(
        slug="linear-of-linear",
        title="Lines of lines are lines",
        question="Do two layers without a bend know more than one?",
        promise="Thirty pictures fold into one, and nobody can tell.",
        needs=("nonlinearity",),
        functions=(Function(BOOK, "linear1", {"weights": "one"}),),
        trials={
            "straight": Trial("Two layers without a bend", Recipe(model="two_linear"), {"seed": [0]}),
            "bent": Trial("With a ReLU between", Recipe(), {"seed": [0]}, {"invert": (0.0, 0.5)}),
        },
        watch={"model": "two_linear"},
    ),
    Lesson(
        slug="the-network",
        title="The network",
        question="784 → 30 → ReLU → 1: how good is it, and what does it need?",
        promise="The article’s 98.47 %, and which recipe reaches it.",
        needs=("learning-rate", "mini-batches", "nonlinearity"),
        functions=(Function(BOOK, "simple_net", {"Linear": "picture", "ReLU": "relu"}),),
        trials={
            "textbook": Trial("The textbook’s recipe", Recipe(), {"seed": SEEDS}),
            "headline": Trial("Mini-batches of 32", Recipe(), {"batch_size": [32]}, {"seed": (0, 1, 2)}),
            "widths": Trial("Four widths", Recipe(), {"hidden": [1, 2, 3, 10]}),
            "frozen": Trial(
                "The hidden layer frozen", Recipe(freeze=True), {"learning_rate": [0.1, 1.0, 10.0]}, {"seed": (0, 1, 2)}
            ),
        },
        watch={"batch_size": 32},
    ),
    YOUR_TURN,
)


def lesson(slug: str) -> Lesson:
    """Raises KeyError for an unknown slug."""
    return {each.slug: each for each in LESSONS}[slug]
