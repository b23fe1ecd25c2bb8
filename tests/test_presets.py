import pytest

from app.presets import PRESETS, QUESTIONS, preset
from app.recipe import Recipe


def test_textbook_comes_first_and_is_the_defaults() -> None:
    assert PRESETS[0].name == "textbook"
    assert PRESETS[0].recipe == Recipe()


def test_headline_differs_from_the_textbook_in_its_batches_alone() -> None:
    recipe = preset("headline").recipe
    assert recipe.batch_size != 256
    assert recipe.model_copy(update={"batch_size": 256}) == Recipe()


def test_each_preset_has_a_name_and_a_recipe_of_its_own_and_says_what_was_measured() -> None:
    assert len({p.name for p in PRESETS}) == len({p.recipe for p in PRESETS}) == len({p.title for p in PRESETS})
    for p in PRESETS:
        assert p.name.isidentifier()
        assert any(character.isdigit() for character in p.description)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        preset("no such recipe")


def test_every_preset_answers_a_question_and_every_answer_is_a_preset() -> None:
    for question in QUESTIONS:
        assert len({answer.label for answer in question.answers}) == len(question.answers)
    answers = [answer.preset for question in QUESTIONS for answer in question.answers]
    assert set(answers) == {p.name for p in PRESETS}
