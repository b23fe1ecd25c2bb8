"""What every page has around its content: header, keys, messages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.waiting import at_rest, boxes, until

NewPage = Callable[..., Page]

OPEN = """
async () => {
  const { Shortcuts } = await import("/static/js/shell/shortcuts.js");
  window.ended = new AbortController();
  window.pressed = [];
  window.keys = new Shortcuts(document, { signal: window.ended.signal });
  const add = (shortcut) => window.keys.add({ words: "", ...shortcut, act: () => window.pressed.push(shortcut.key) });
  add({ key: "x" });
  add({ key: " " });
  add({ key: "ArrowRight", repeats: true });
  add({ key: "n", when: () => false });
}
"""


def test_the_way_about_is_at_the_same_place_on_every_page(page: Page, phone: Page) -> None:
    places = set()
    for path in ("/", "/draw", "/runs", "/docs"):
        page.goto(path)
        nav = page.get_by_role("navigation", name="Pages")
        expect(nav.get_by_role("link")).to_have_text(["Watch", "Learn", "Draw", "Runs"])
        (box,) = boxes(page, ".site-nav")
        places.add((box["x"], box["y"], box["width"]))
        until(page, "() => document.querySelector('.site-header').offsetHeight <= 48")
    assert len({place[:2] for place in places}) == 1
    phone.goto("/draw")
    links = [link.bounding_box() for link in phone.get_by_role("navigation", name="Pages").get_by_role("link").all()]
    assert all(box is not None and box["y"] + box["height"] > 780 and box["width"] > 90 for box in links), links


def test_keys_are_the_pages_and_no_fields(page: Page) -> None:
    page.goto("/about")  # whose own keys are few
    page.evaluate(OPEN)
    page.locator("body").press("x")
    page.keyboard.press("n")
    page.keyboard.press("Control+x")
    page.keyboard.press(" ")
    for _ in range(3):
        page.keyboard.down("ArrowRight")
    page.keyboard.down("x")
    page.keyboard.down("x")
    assert page.evaluate("window.pressed.splice(0)") == ["x", " ", *["ArrowRight"] * 3, "x"]
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    page.locator("main input").press("x")
    page.locator("main input").press("ArrowRight")
    theme = page.get_by_role("button", name=re.compile("Colour theme"))
    theme.focus()
    page.keyboard.press(" ")  # presses what has the focus
    expect(theme).to_have_attribute("aria-label", re.compile("light"))
    assert page.evaluate("window.pressed") == []
    page.keyboard.press("x")
    page.evaluate("window.ended.abort()")
    page.keyboard.press("x")
    assert page.evaluate("window.pressed") == ["x"]


def test_single_signs_can_be_switched_off_for_good(page: Page, assert_accessible: Callable[[Page], None]) -> None:
    page.goto("/draw")
    dialog = page.get_by_role("dialog", name="Keys")
    page.locator("body").press("?")
    expect(dialog).to_contain_text("This list")
    at_rest(page)
    assert_accessible(page)
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.reload()
    page.locator("body").press("?")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Keys").click()
    expect(dialog.get_by_role("checkbox")).not_to_be_checked()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Close").click()
    page.locator("body").press("?")
    expect(dialog).to_be_visible()


TOASTS = """
async () => {
  const { Toasts } = await import("/static/js/shell/toasts.js");
  const { ProblemError } = await import("/static/js/shell/problem.js");
  window.holds = new AbortController();
  window.toasts = new Toasts(document);
  window.problem = (status, detail) => new ProblemError(status, "That did not work", detail);
}
"""


def test_messages_push_nothing_and_go_when_they_no_longer_hold(
    new_page: NewPage, assert_accessible: Callable[[Page], None]
) -> None:
    page = new_page()
    page.clock.install()
    page.goto("/draw")
    page.evaluate(TOASTS)
    box = boxes(page, "main")
    page.evaluate("void toasts.show('It waits.', { key: 'wait', stays: true, signal: holds.signal })")
    page.evaluate("void toasts.show('It is kept.')")
    page.evaluate("void toasts.showProblem(problem(409, 'It has ended.'))")
    page.evaluate("void toasts.showProblem(problem(0, 'No answer came.'), { key: 'outage' })")
    assert boxes(page, "main") == box
    assert_accessible(page)
    alert = page.locator(".toasts").last.get_by_role("alert")
    status = page.locator(".toasts").last.get_by_role("status")
    expect(alert).to_contain_text("That did not work. It has ended.")
    expect(alert).to_contain_text("No answer came.")
    page.evaluate("toasts.forgetOutage()")
    expect(alert).not_to_contain_text("No answer came.")
    page.clock.run_for(30_000)
    expect(status).not_to_contain_text("It is kept.")
    expect(status).to_contain_text("It waits.")
    page.evaluate("holds.abort()")
    expect(status).not_to_contain_text("It waits.")
    alert.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".toast")).to_have_count(0)
    for number in range(9):
        page.evaluate("number => void toasts.show(`Message ${number}`)", number)
    expect(page.locator(".toast")).to_have_text([re.compile(f"Message {number}") for number in range(5, 9)])


SHIFTS = """window.shifted = [];
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries()) { // there is no input, but a phone's first size passes for one
    shifted.push([value, sources.map(({ node }) => node?.id || node?.className || "").join()]);
  }
}).observe({ type: "layout-shift", buffered: true });"""


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_what_one_reads_does_not_move_while_a_page_is_filled(
    new_page: Callable[..., Page], finished_run: str, phone: bool
) -> None:
    """A cumulative layout shift of 0.1 counts as good."""
    page = new_page(phone=phone)
    page.add_init_script(SHIFTS)
    paths = ("/runs", f"/runs/{finished_run}", f"/compare?runs={finished_run}", "/draw", "/models/built-in")
    for path in (*paths, "/lessons", "/cluster", "/docs"):
        page.goto(path, wait_until="networkidle")
        at_rest(page)
        shifted = page.evaluate("shifted")
        assert sum(value for value, _ in shifted) < 0.1, (path, shifted)
