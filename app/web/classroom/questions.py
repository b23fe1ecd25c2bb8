"""What a lesson asks to predict, read from the form in its template: readers meet it there, and it is stated once."""

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from html.parser import HTMLParser
from typing import Annotated, Any, Literal

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader
from pydantic import BaseModel, ConfigDict, Field

from app.web.assets import folder

MOST_BARS = 20
"""Of a histogram. More would be too thin to be told apart on a wall."""
MOST_TYPED = 8
"""Different typed answers that are shown; further ones are counted together."""
LONGEST_TYPED = 24
TYPED = re.compile(rf"[\d ,.()\[\]-]{{1,{LONGEST_TYPED}}}")
"""What a typed answer may have: shapes and numbers, no words that nobody wants on a wall."""

Answer = float | str


class BadAnswer(ValueError):
    """``field`` names the question; the message says what it takes."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class _Question(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: str
    label: str


class NumberAsked(_Question):
    """A number from ``min`` to ``max``. ``format``: how pages write it (``plain``, ``percent``, ``power`` of ten)."""

    kind: Literal["number"] = "number"
    min: float
    max: float
    step: float
    format: str

    def read(self, given: str) -> Answer:
        try:
            value = float(given)
        except ValueError:
            value = math.nan
        if not self.min <= value <= self.max:
            raise BadAnswer(self.name, f"a number from {self.min:g} to {self.max:g}")
        return value


class Option(BaseModel):
    model_config = ConfigDict(frozen=True)

    value: str
    label: str


class ChoiceAsked(_Question):
    """One of ``options``."""

    kind: Literal["choice"] = "choice"
    options: tuple[Option, ...]

    def read(self, given: str) -> Answer:
        if given not in (values := [option.value for option in self.options]):
            raise BadAnswer(self.name, f"one of {', '.join(values)}")
        return given


class TypedAsked(_Question):
    """A shape or a number, as it is typed."""

    kind: Literal["typed"] = "typed"

    def read(self, given: str) -> Answer:
        text = re.sub(r"\s+", " ", given.strip())
        if not TYPED.fullmatch(text):
            raise BadAnswer(self.name, f"at most {LONGEST_TYPED} digits, commas, points, spaces and brackets")
        return re.sub(r"\s*,\s*", ", ", text).strip("[]() ,")


Question = Annotated[NumberAsked | ChoiceAsked | TypedAsked, Field(discriminator="kind")]


def read_answers(questions: Sequence[Question], given: Mapping[str, str]) -> dict[str, Answer]:
    """One answer to each question. Raises BadAnswer."""
    for name in given:
        if name not in (names := [question.name for question in questions]):
            raise BadAnswer(name, f"there is no such question; there are {', '.join(names) or 'none'}")
    for question in questions:
        if question.name not in given:
            raise BadAnswer(question.name, "it is missing")
    return {question.name: question.read(given[question.name]) for question in questions}


@cache
def questions(slug: str) -> tuple[Question, ...]:
    """Return what this lesson asks; empty where it asks nothing. Raises jinja2's TemplateNotFound."""
    form = _Form()
    form.feed(_environment().get_template(f"lessons/{slug}.html").render(root=""))
    form.close()
    return tuple(form.questions())


@cache
def _environment() -> Environment:
    """Lessons' templates in a frame that has nothing but their predictions."""
    frame = DictLoader({"lesson.html": "{% block prediction %}{% endblock %}"})
    return Environment(loader=ChoiceLoader([frame, FileSystemLoader(folder("templates"))]), autoescape=True)


class _Form(HTMLParser):
    """The native controls of a form, with the words that label them."""

    def __init__(self) -> None:
        super().__init__()
        self._labels: dict[str, str] = {}
        self._formats: dict[str, str] = {}
        self._controls: list[dict[str, Any]] = []
        self._options: dict[str, list[tuple[str, str]]] = {}
        self._legend = ""
        self._words: list[str] | None = None
        """What has been said since a legend, a label or an option began."""
        self._label_for = ""
        self._radio: tuple[str, str] | None = None
        self._option: str | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        match tag:
            case "legend" | "label":
                self._words, self._label_for = [], given.get("for", "")
            case "output" if "data-format" in given:
                self._formats[given.get("for", "")] = given["data-format"]
            case "input" if given.get("type") == "radio":
                if name not in self._options:
                    self._controls.append(given | {"label": self._legend})
                self._options.setdefault(name, [])
                self._radio = name, given.get("value", "")
            case "input" if name:
                self._controls.append(given | {"label": given.get("aria-label", "") or self._text()})
            case "select":
                self._controls.append(given | {"label": self._text(), "type": "select"})
                self._options[name], self._select = [], name
            case "option":
                self._option, self._words = given.get("value"), []

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "legend":
                self._legend = self._text()
            case "label" if self._radio is not None:
                name, value = self._radio
                self._options[name].append((value, self._text()))
                self._radio = None
            case "label":
                self._labels[self._label_for] = self._text()
            case "option":
                value = self._text() if self._option is None else self._option
                if value:
                    self._options[self._select].append((value, self._text()))
            case "fieldset":
                self._legend = ""
        if tag in ("legend", "label", "option"):
            self._words = None

    def _text(self) -> str:
        return " ".join("".join(self._words or ()).split())

    def questions(self) -> list[Question]:
        made: list[Question] = []
        for control in self._controls:
            name, at = control["name"], control.get("id", "")
            label = control["label"] or self._labels.get(at, "") or name
            if name in self._options:
                options = tuple(Option(value=value, label=words) for value, words in self._options[name])
                made.append(ChoiceAsked(name=name, label=label, options=options))
            elif control.get("type") in ("range", "number"):
                low, high = float(control.get("min", 0)), float(control.get("max", 100))
                step = control.get("step", "1")
                made.append(
                    NumberAsked(
                        name=name,
                        label=label,
                        min=low,
                        max=high,
                        step=(high - low) / 100 if step == "any" else float(step),
                        format=self._formats.get(at, "plain"),
                    )
                )
            elif control.get("type", "text") == "text":
                made.append(TypedAsked(name=name, label=label))
        return made
