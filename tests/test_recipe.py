from app.recipe import Recipe


def test_a_changed_copy_has_a_key_of_its_own() -> None:
    recipe = Recipe()
    assert recipe.key == Recipe().key
    assert recipe.model_copy(update={"epochs": 3}).key == Recipe(epochs=3).key != recipe.key


def test_where_a_recipe_trains_is_no_part_of_its_key() -> None:
    assert Recipe(device="cpu").key == Recipe(device="cuda").key
