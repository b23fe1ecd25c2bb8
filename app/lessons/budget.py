"""What an entry of the lesson ``your-turn`` may be, and what it costs."""

from app.experiments import parameters
from app.lessons.lesson import UnknownChoice
from app.recipe import Recipe

BUDGET = 1_000_000
"""Parameters times epochs. The textbook's recipe costs 943,240 of it."""

MOST_EPOCHS = 100
"""Of augmented images each is some seconds of a core for three seeds."""

MOST_STEPS = 20_000
"""Of one seed: some seconds of a core. The textbook's recipe with mini-batches of 32 takes 12,960."""

OPEN = ("model", "hidden", "activation", "loss", "optimizer", "learning_rate", "batch_size", "epochs", "augment")
"""The recipe's fields that a visitor chooses."""


def price(recipe: Recipe) -> int:
    return parameters(recipe) * recipe.epochs


def entry_recipe(chosen: Recipe) -> Recipe:
    """The recipe that is trained for what was chosen: without the digits of the last test, and with what its model has
    no use for as the textbook has it, so that equal ones have equal keys. Raises UnknownChoice, naming the field, where
    it is too dear or too long."""
    idle = (
        {"hidden", "activation"} if chosen.model == "linear" else {"activation"} if chosen.model == "two_linear" else ()
    )
    fields = chosen.model_dump(include=set(OPEN) - set(idle))
    recipe = Recipe.model_validate(fields | {"hold_out": True})
    if recipe.epochs > MOST_EPOCHS:
        raise UnknownChoice("epochs", f"at most {MOST_EPOCHS}")
    if price(recipe) > BUDGET:
        raise UnknownChoice(
            "epochs",
            f"{parameters(recipe):,} parameters × {recipe.epochs} epochs are {price(recipe):,}; at most {BUDGET:,}: "
            "take fewer epochs or fewer hidden units",
        )
    if recipe.steps > MOST_STEPS:
        raise UnknownChoice(
            "batch_size",
            f"{recipe.epochs} epochs of {recipe.steps_per_epoch:,} steps are {recipe.steps:,}; at most {MOST_STEPS:,}: "
            "take larger mini-batches or fewer epochs",
        )
    return recipe
