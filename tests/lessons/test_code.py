import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.lessons.code import html, source
from app.lessons.contents import LESSONS
from app.lessons.lesson import Lesson

ROOT = Path(__file__).parents[2]

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


def test_names_point_at_what_they_are_in_the_formula() -> None:
    page = html("app.learning.book", "train_epoch", {"lr": "rate"})
    assert page.count('<span class="n" data-point="rate" tabindex="0">lr</span>') == 2
    with pytest.raises(KeyError, match="train_epoch has no momentum"):
        html("app.learning.book", "train_epoch", {"momentum": "rate"})
    axes = html("app.learning.book", "mnist_distance", {"-1": "column"})
    assert '<span data-point="column" tabindex="0"><span class="o">-</span><span class="mi">1</span></span>' in axes
    with pytest.raises(KeyError, match="mnist_distance has no -3"):
        html("app.learning.book", "mnist_distance", {"-3": "image"})


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_what_code_points_at_stands_in_formula_and_figure(lesson: Lesson) -> None:
    formula = (ROOT / "templates" / "lessons" / f"{lesson.slug}.html").read_text(encoding="utf-8")
    scripts = ROOT / "static" / "js" / "lessons"
    figure = (scripts / f"{lesson.slug}.js").read_text(encoding="utf-8")
    figure += "".join((scripts / each).read_text(encoding="utf-8") for each in re.findall(r'"\./([\w-]+\.js)"', figure))
    points = {point for each in lesson.functions for point in each.points.values()}
    assert points
    assert all(f'data-point="{each}"' in formula for each in points)
    in_figure = (figure + formula.partition("{% block figure %}")[2].partition("{% endblock %}")[0]).replace(
        "data-", ""
    )
    marks = ('point: "{}"', 'point = "{}"', 'point="{}"', '", "{}"]')
    assert any(mark.format(each) in in_figure for each in points for mark in marks)


def test_an_unknown_function_is_named() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        source("app.learning.book", "nowhere")


def test_no_function_is_imported_to_be_shown() -> None:
    code = "import sys; from app.lessons.code import html; html('app.learning.book', 'sigmoid')"
    code += "; print('torch' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert shown.stdout.strip() == "False"
