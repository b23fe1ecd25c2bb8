"""Each lesson from the prediction to what is drawn of it on the result, and on to its figure: by touch, by mouse and by
keyboard alone."""

import re
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, Position, expect

from app.lessons.contents import LESSONS
from tests.browser.waiting import TRAINED, fits, resize, until, until_is

pytestmark = pytest.mark.timeout(600)  # they train with whatever the machine has left


class Shown(NamedTuple):
    """``drawn``: where the result has the prediction, and the words beside it. ``moved``: a slider, a choice or a
    button of the figure, and what the address has once it was used."""

    drawn: tuple[str, str]
    moved: tuple[str, str]


LESSON = {
    "baseline": Shown(("#reached", "you: L1"), ("#digit input[type=range]", "digit=")),
    "tensors": Shown(("#words-now", "you expected"), ("#cuts div:nth-child(3) input[type=range]", "at=")),
    "broadcasting": Shown(("#words-now", "You expected that"), ("#examples button:nth-child(3)", "other=2038%2C")),
    "gradient-descent": Shown(("#maps", "you expected: noise"), ("#row input[type=range]", "row=")),
    "learning-rate": Shown(("#graph", "your best"), ("#rate input[type=range]", "rate=")),
    "why-not-accuracy": Shown(("#drawn-beside", "you drew"), ("#change input[type=range]", "change=")),
    "a-sensible-loss": Shown(("#curves", "1."), ("#digits div:nth-child(1) input[type=range]", "a=")),
    "sigmoid": Shown(("#histogram", "your guess"), ("#threshold input[type=range]", "threshold=")),
    "mini-batches": Shown(("#graph", "you: "), ("#at input[type=range]", "epoch=")),
    "nonlinearity": Shown(
        ("#graph", "you, without a bend"), ("#choices div:nth-child(3) label:nth-child(2)", "rate=1")
    ),
    "linear-of-linear": Shown(("#graph", "your guess"), ("#folded input[type=range]", "folded=")),
    "the-network": Shown(("#runs", "your guess"), ("#choices div:nth-child(1) label:nth-child(2)", "view=units")),
    "your-turn": Shown(("#graph", "your prediction"), ("#fields input[type=range] >> nth=1", "epochs=")),
}

KEYS = {"broadcasting": "Enter", "linear-of-linear": "ArrowLeft"}
"""Where it is not the arrow to the right."""

VIEWS = {
    "nonlinearity?view=pair": ("#choices", "#pair-words"),
    "nonlinearity?view=unit": ("#choices", "#unit-words"),
    "the-network?view=units": ("#live", "#removal"),
    "the-network?view=sum": ("#choices", "#pushes"),
    "the-network?view=sum&own=true": ("#choices", "#pushes"),
    "tensors?at=stack[5]": ("#ladder", "#source"),
}
"""Of figures that show several things: where what belongs together begins and ends."""

WHOLE = """() => {
  const { scrollHeight, clientHeight } = document.querySelector("#experiment");
  return scrollHeight <= clientHeight;
}"""
"""Whether all of the figure is on the screen of a laptop."""

TOGETHER = """([first, last]) => {
  const [{ top }, { bottom }, header, nav] = [first, last, ".site-header", ".site-nav"]
    .map((each) => document.querySelector(each).getBoundingClientRect());
  return bottom - top <= nav.top - header.bottom;
}"""
"""Whether one screen of a phone has all of the figure from the one of these to the other."""

CONTROLS = """#prediction :is(select, input[type=range], input[type=text], fieldset)"""

MOVED = """(id) => {
  const { valueAsNumber, min, max, offsetWidth, offsetHeight } = document.getElementById(id);
  const share = (valueAsNumber - Number(min)) / (Number(max) - Number(min));
  return Math.abs(share - (offsetHeight > offsetWidth ? 0.7 : 0.3)) < 0.15;
}"""
"""Whether a slider is about where it was pressed: one whose thumb was there stays."""

AT = """(selector) => {
  const here = document.activeElement;
  const group = (each) => each.type === "radio" && here.type === "radio" && each.name === here.name;
  return [...document.querySelectorAll(selector)].some((each) =>
    each === here || group(each) || (each.tagName === "FIELDSET" && each.contains(here)) ||
    (each.tagName === "LABEL" && [...each.parentElement.querySelectorAll("input")].includes(here)));
}"""
"""Whether the focus is on one of these, or on a radio button beside it, to which arrow keys lead."""


def test_all_lessons_are_here() -> None:
    assert list(LESSON) == [each.slug for each in LESSONS]


def press_at(control: Locator, *, touch: bool) -> None:
    """At three tenths of its length, so that a slider moves."""
    box = control.bounding_box()
    assert box is not None
    across, down = (0.5, 0.3) if box["height"] > box["width"] else (0.3, 0.5)
    place: Position = {"x": box["width"] * across, "y": box["height"] * down}
    if touch:
        control.tap(position=place)
    else:
        control.click(position=place)


def by_pointer(page: Page, *, touch: bool) -> None:
    """The prediction, made of the first thing that each question offers."""
    for place, control in enumerate(page.locator(CONTROLS).all()):
        kind = control.evaluate("each => each.tagName === 'INPUT' ? each.type : each.localName")
        if kind == "fieldset":
            press_at(control.locator("label").first, touch=touch)
            expect(control.locator("input").first).to_be_checked()
        elif kind == "select":
            options = control.locator("option").count() - 1
            control.select_option(index=1 + place % options)  # its list is the browser's own
        elif kind == "range":
            press_at(control, touch=touch)
            until(page, MOVED, control.get_attribute("id"))
        else:
            press_at(control, touch=touch)
            page.keyboard.type("28, 1")
    press_at(page.locator("#prediction [type=submit]"), touch=touch)


def seen(page: Page, slug: str) -> None:
    where, words = LESSON[slug].drawn
    expect(page.locator("#veil")).to_be_hidden()
    expect(page.locator(where).get_by_text(words).first).to_be_visible(timeout=TRAINED)


@pytest.mark.parametrize("slug", LESSON)
def test_by_touch(phone: Page, slug: str) -> None:
    phone.goto(f"/lessons/{slug}")
    by_pointer(phone, touch=True)
    seen(phone, slug)
    fits(phone, 390)
    until(phone, TOGETHER, ["#experiment", "#experiment"])
    moved, address = LESSON[slug].moved
    press_at(phone.locator(moved).first, touch=True)
    expect(phone).to_have_url(re.compile(re.escape(address)))


@pytest.mark.parametrize("view", VIEWS)
def test_what_is_handled_is_on_a_phones_screen_with_its_picture(phone: Page, view: str) -> None:
    phone.goto(f"/lessons/{view}")
    phone.locator("#veil button").evaluate("button => button.click()")
    for each in VIEWS[view]:
        expect(phone.locator(each)).not_to_be_empty(timeout=TRAINED)
        expect(phone.locator(each)).to_be_visible(timeout=TRAINED)
    until(phone, TOGETHER, VIEWS[view])


def tab_to(page: Page, selector: str) -> None:
    for _ in range(150):
        if page.evaluate(AT, selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {selector}")


@pytest.mark.parametrize("slug", LESSON)
def test_by_keyboard_alone_and_then_by_mouse(page: Page, slug: str) -> None:
    page.goto(f"/lessons/{slug}")
    expect(page.locator("#veil")).to_be_visible()
    for place, control in enumerate(page.locator(CONTROLS).all()):
        kind = control.evaluate("each => each.tagName === 'INPUT' ? each.type : each.localName")
        found = control.evaluate("each => each.id || each.name || each.querySelector('input').name")
        tab_to(page, f"#prediction :is([id='{found}'], [name='{found}'])")
        match kind:
            case "fieldset":
                page.keyboard.press("Space")
            case "select":
                for _ in range(1 + place % (control.locator("option").count() - 1)):
                    page.keyboard.press("ArrowDown")
            case "range":
                page.keyboard.press("ArrowRight")
            case _:
                page.keyboard.type("28, 1")
    tab_to(page, "#prediction [type=submit]")
    page.keyboard.press("Enter")
    seen(page, slug)
    expect(page.locator("#prediction [data-again]")).to_be_focused()  # not lost with the button that is gone
    moved, address = LESSON[slug].moved
    if slug == "your-turn":  # before the prediction, in the order of the page
        page.locator(moved).focus()
    else:
        tab_to(page, moved)
    page.keyboard.press(KEYS.get(slug, "ArrowRight"))
    expect(page).to_have_url(re.compile(re.escape(address)))
    resize(page, 1366, 657)
    until(page, WHOLE)

    page.goto(f"/lessons/{slug}")
    page.get_by_role("button", name="Change it", exact=True).click()
    by_pointer(page, touch=False)
    seen(page, slug)


def test_on_a_projector_sliders_have_room_and_figures_are_whole(page: Page) -> None:
    resize(page, 1920, 1080)
    page.goto("/lessons/the-network?present")
    until_is(
        page,
        "() => [...document.querySelectorAll('#prediction input')].map((each) => each.offsetWidth > 300)",
        [True] * 3,
    )
    page.goto("/lessons/tensors?present")
    until(page, WHOLE.replace("#experiment", ".lesson-words .lesson-figure"))
