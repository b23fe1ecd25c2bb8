import pytest

from app.experiments import KINDS
from app.lessons.contents import LESSONS, lesson
from app.lessons.lesson import Trial, UnknownChoice
from app.recipe import Recipe
from app.sweep import MEMBERS


def test_every_lesson_needs_only_lessons_before_it() -> None:
    before: set[str] = set()
    for each in LESSONS:
        assert set(each.needs) <= before
        before.add(each.slug)
    assert len(before) == len(LESSONS)


def test_every_recipe_to_watch_and_every_trial_can_be_trained() -> None:
    for each in LESSONS:
        Recipe.model_validate(dict(each.watch))
        for trial in each.trials.values():
            assert 1 <= len(trial.recipes()) <= MEMBERS


def test_every_experiment_that_a_lesson_asks_is_one() -> None:
    asked = {name: parameters for each in LESSONS for name, parameters in each.experiments.items()}
    assert asked
    for name, parameters in asked.items():
        assert type(parameters) is KINDS[name].parameters


TRIAL = Trial("", Recipe(epochs=2), {"learning_rate": [0.1, 1.0]}, {"loss": ("mnist_loss", "bce"), "seed": (0, 1)})


def test_a_choice_changes_all_recipes_of_a_trial() -> None:
    assert {recipe.loss for recipe in TRIAL.recipes()} == {"mnist_loss"}
    chosen = TRIAL.recipes({"loss": "bce", "seed": 1})
    assert [(recipe.loss, recipe.seed, recipe.learning_rate) for recipe in chosen] == [("bce", 1, 0.1), ("bce", 1, 1.0)]


@pytest.mark.parametrize("chosen", [{"loss": "accuracy"}, {"epochs": 3}, {"learning_rate": 0.1}, {"seed": True}])
def test_only_what_is_offered_can_be_chosen(chosen: dict[str, float | int | bool | str]) -> None:
    with pytest.raises(UnknownChoice) as refused:
        TRIAL.recipes(chosen)
    assert refused.value.field == next(iter(chosen))


def test_an_unknown_lesson_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        lesson("calculus")


def test_a_whole_number_chooses_the_same_number_with_a_point() -> None:
    trial = Trial("rates", Recipe(), {"seed": [0]}, {"learning_rate": (0.1, 1.0), "augment": (False, True)})
    (recipe,) = trial.recipes({"learning_rate": 1})
    assert recipe.learning_rate == 1.0
    with pytest.raises(UnknownChoice):
        trial.recipes({"augment": 1})
