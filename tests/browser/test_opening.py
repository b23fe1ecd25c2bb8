"""How a run's page comes up."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.steering import finished
from tests.browser.waiting import asked, at_rest

NOTE_PLACES = """
window.heights = [];
window.tops = [];
const look = () => {
  const row = document.querySelector("[data-part=misread]");
  if (row) {
    window.heights.push(row.getBoundingClientRect().height);
    window.tops.push(document.querySelector("#accuracy").getBoundingClientRect().top + scrollY);
  }
  requestAnimationFrame(look);
};
look();
"""


@pytest.mark.parametrize("width", [1366, 390, 320])
def test_nothing_moves_when_the_misread_digits_come(
    new_page: Callable[..., Page], finished_run: str, width: int
) -> None:
    phone = width < 400
    page = new_page(phone=phone, viewport={"width": width, "height": 844 if phone else 657})
    page.add_init_script(NOTE_PLACES)
    page.goto(f"/runs/{finished_run}")
    expect(page.locator("[data-part=misread] .digit-picture").first).to_be_visible()
    expect(page.locator(".samples svg").first).to_be_visible()
    at_rest(page)
    for measure in ("heights", "tops"):
        measured: list[float] = page.evaluate(measure)
        assert max(measured) - min(measured) < 1.5, f"{measure}: what lies above or below gives way"


@pytest.mark.parametrize("width", [1366, 390, 320])
def test_nothing_moves_whatever_is_said_of_a_run_and_its_moments(
    new_page: Callable[..., Page], server: str, width: int
) -> None:
    phone = width < 400
    page = new_page(phone=phone, viewport={"width": width, "height": 844 if phone else 657})
    page.add_init_script(NOTE_PLACES)
    name = "It learns nothing at such a rate and has a name in many words, with an end to it"
    page.goto(f"/runs/{finished(server, learning_rate=1000, loss='bce', name=name)}")
    expect(page.locator("#headline")).to_have_text("It ended no better than the average images.")
    expect(page.locator("[data-part=misread] .digit-picture").first).to_be_visible()
    held: list[Route] = []
    page.route("**/frames", lambda route: held.append(route))
    page.locator("#scrubber input[type=range]").fill("0")
    expect(page.locator("#headline")).to_contain_text("before its first step.")
    expect(page.locator(".misread-count")).to_have_text("Fetching this moment’s pictures …")
    at_rest(page)
    asked(page, held).continue_()
    expect(page.locator("[data-part=misread] .digit-picture").first).to_be_visible()
    at_rest(page)
    tops: list[float] = page.evaluate("tops")
    assert max(tops) - min(tops) < 1.5, tops
    if not phone:
        page.locator("#scrubber input[type=range]").click()
        page.keyboard.press("ArrowRight")
        assert at_rest(page, "() => scrollY") == 0, "what is used is in sight as it stands"


NOTE_TOPS = """
window.tops = [];
const look = () => {
  const part = document.querySelector("#words, .draw-tools");
  if (part?.offsetHeight) window.tops.push(part.getBoundingClientRect().top);
  requestAnimationFrame(look);
};
look();
"""


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize("path", ["/lessons/baseline", "/draw"])
def test_what_is_there_at_first_stays_when_scripts_have_run(
    new_page: Callable[..., Page], path: str, phone: bool
) -> None:
    page = new_page(phone=phone)
    page.add_init_script(NOTE_TOPS)
    page.goto(path)
    expect(page.locator("#class-link, #tools .button").first).to_be_visible()
    at_rest(page)
    tops: list[float] = page.evaluate("tops")
    assert max(tops) - min(tops) < 30, "a line of words gives way, or more"  # what a font does that comes late is less
