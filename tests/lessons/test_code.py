import subprocess
import sys

import pytest

from app.lessons.code import html, source
from app.lessons.contents import LESSONS

SHOWN = sorted({(each.module, each.name) for lesson in LESSONS for each in lesson.functions})


@pytest.mark.parametrize(("module", "name"), SHOWN)
def test_each_function_that_a_lesson_shows_is_found_and_is_python(module: str, name: str) -> None:
    text = source(module, name)
    compile(text, name, "exec")
    assert text.startswith(f"def {name}(")
    assert "Tensor" not in text.splitlines()[0]


def test_words_that_only_a_type_checker_reads_are_left_out() -> None:
    assert source("app.learning.book", "calc_grad").splitlines()[-1] == "    loss.backward()"


def test_code_is_coloured_by_classes() -> None:
    page = html("app.learning.book", "mnist_loss")
    assert '<span class="k">def</span>' in page
    assert "style=" not in page
    assert '<pre tabindex="0" role="group" aria-label="mnist_loss">' in page


def test_an_unknown_function_is_named() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        source("app.learning.book", "nowhere")


def test_no_function_is_imported_to_be_shown() -> None:
    code = "import sys; from app.lessons.code import html; html('app.learning.book', 'sigmoid')"
    code += "; print('torch' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert shown.stdout.strip() == "False"
