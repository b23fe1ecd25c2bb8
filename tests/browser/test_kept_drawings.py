"""Drawings that are kept in the browser: a validation set of one's own."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.drawing import SEVEN, THREE, draw, headline, inked, on_canvas, opened
from tests.browser.waiting import at_rest, until

SCORE = ".kept-score"


def drawings(page: Page) -> Locator:
    return page.get_by_role("option", name="read")


def keep(page: Page, points: object, label: str) -> None:
    page.keyboard.press("Delete")
    draw(page, points)  # type: ignore[arg-type]
    expect(headline(page)).not_to_have_text("Nothing drawn yet")
    page.keyboard.press("k")
    page.keyboard.press(label)


def test_they_are_kept_with_what_they_are_and_read_by_a_model(
    draw_page: Page, finished_run: str, assert_accessible: Callable[[Page], None]
) -> None:
    page = draw_page
    assert page.locator("#ink").bounding_box() is not None
    another = [(0.8 * x + 0.1, y) for x, y in SEVEN]
    for points, label in ((THREE, "3"), (SEVEN, "7"), (another, "3")):
        keep(page, points, label)
    section = page.locator("[data-part=kept]")
    section.scroll_into_view_if_needed()
    expect(section.locator(SCORE)).to_have_text("2 of 3 as you labelled them, by the built-in network.")
    expect(page.get_by_role("option", name="a 3, read as a 7: not as labelled")).to_have_text("3 ✗ 7")
    at_rest(page)
    assert_accessible(page)

    drawings(page).last.click()
    page.keyboard.press("7")
    expect(section.locator(SCORE)).to_have_text("3 of 3 as you labelled them, by the built-in network.")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(headline(page)).to_have_text("3")
    inked(page, *THREE[5])

    page.goto(f"/runs/{finished_run}")
    own = page.locator("[data-part=own-drawings]")
    own.scroll_into_view_if_needed()
    expect(own).to_have_text("Your drawings: 3 of 3 as you labelled them, read at step 98.")


def test_what_is_deleted_comes_back_and_two_tabs_agree(draw_page: Page) -> None:
    page = draw_page
    for points, label in ((THREE, "3"), (SEVEN, "0")):
        keep(page, points, label)
    other = page.context.new_page()
    opened(other)
    for tab in (page, other):
        tab.locator("[data-part=kept]").scroll_into_view_if_needed()
    expect(drawings(other)).to_have_count(2)
    drawings(page).first.focus()
    page.keyboard.press("Delete")
    expect(drawings(other)).to_have_count(1)
    expect(drawings(page).first).to_be_focused()
    expect(headline(page)).not_to_have_text("Nothing drawn yet")  # the drawing on the pad stays
    page.get_by_role("button", name="Undo", exact=True).last.click()
    expect(drawings(other)).to_have_count(2)
    other.get_by_role("button", name="Delete all").click()
    expect(drawings(page)).to_have_count(0)
    expect(page.locator(SCORE)).to_contain_text("None is kept yet")


def test_on_a_phone_one_is_kept_after_another_and_after_a_reload_under_another_label(
    new_page: Callable[..., Page],
) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    opened(page)
    draw(page, SEVEN)
    group = page.get_by_role("group", name="Keep it as")
    group.get_by_role("button", name="3").click()
    said = page.locator("#keep [role=status]")
    expect(said).to_contain_text("Kept as a 3: 1 now.")
    for button in group.get_by_role("button").all():
        button.scroll_into_view_if_needed()
        until(
            page,
            """(button) => {
              const { x, y, width, height } = button.getBoundingClientRect();
              return button.contains(document.elementFromPoint(x + width / 2, y + height / 2));
            }""",
            button.element_handle(),
        )
    page.reload()
    group.get_by_role("button", name="7").click()
    expect(said).to_contain_text("Kept as a 7, no longer as a 3.")
    page.locator("[data-part=kept]").scroll_into_view_if_needed()
    expect(page.get_by_role("option", name="a 7, read as a 7: as labelled")).to_have_count(1)
    expect(drawings(page)).to_have_count(1)
    said.get_by_role("button", name="Back to a 3").click()
    expect(page.get_by_role("option", name="a 3, read as a 7: not as labelled")).to_have_count(1)
    drawings(page).first.click()
    expect(page.locator(".kept-one label").first).to_be_visible()
    until(
        page,
        """() => [...document.querySelectorAll(".kept-one label")].every((label) => {
          const { width, height } = label.getBoundingClientRect();
          return Math.min(width, height) >= 42;
        })""",
    )


def test_they_go_out_as_json_lines_and_come_back(draw_page: Page, tmp_path: Path) -> None:
    page = draw_page
    keep(page, SEVEN, "7")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    text = Path(download.value.path()).read_text()
    line = json.loads(text)
    assert line["label"] == 7
    assert len(line["pixels"]) == 784
    assert len(line["strokes"]) == 1
    file = tmp_path / "drawings.jsonl"
    more = [line | {"label": None}, {"strokes": [THREE], "label": 3}]
    file.write_text(text + "".join(f"{json.dumps(each)}\n" for each in more))
    add = page.locator("[data-part=kept] input[type=file]")
    add.set_input_files(file)
    expect(page.get_by_role("status").filter(has_text="1 added; 1 there already; 1 twice in the file.")).to_be_visible()
    expect(drawings(page)).to_have_count(2)
    file.write_text('{"label": 4}\n')
    add.set_input_files(file)
    section = page.locator("[data-part=kept]")
    expect(section.get_by_role("alert").filter(has_text="Line 1: label is 3, 7, or null for neither.")).to_be_visible()
    expect(drawings(page)).to_have_count(2)


def test_all_of_a_drawing_is_kept_though_the_server_has_read_less_of_it(draw_page: Page) -> None:
    page = draw_page
    page.mouse.move(*on_canvas(page, *SEVEN[0]))
    page.mouse.down()
    page.mouse.move(*on_canvas(page, *SEVEN[2]), steps=4)
    expect(headline(page)).not_to_have_text("Nothing drawn yet")
    held: list[Route] = []
    page.route("**/predict*", lambda route: held.append(route))
    for place in SEVEN[3:]:
        page.mouse.move(*on_canvas(page, *place), steps=4)
    page.mouse.up()
    page.keyboard.press("k")
    page.keyboard.press("7")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    pixels = json.loads(Path(download.value.path()).read_text())["pixels"]
    assert sum(any(pixels[28 * row : 28 * row + 28]) for row in range(28)) >= 18
    page.unroute("**/predict*")


def test_buttons_stay_where_they_are_when_the_drawings_appear(draw_page: Page) -> None:
    page = draw_page
    below = """() => {
      const top = (part) => document.querySelector(part).getBoundingClientRect().top;
      return Math.round(top(".kept-all") - top("[data-part=kept]"));
    }"""
    keep(page, SEVEN, "7")
    expect(page.locator(".kept-grid")).to_have_css("display", "grid")
    before = page.evaluate(below)
    page.locator("[data-part=kept]").scroll_into_view_if_needed()
    expect(drawings(page)).to_have_count(1)
    assert page.evaluate(below) == before


def test_on_the_server_only_when_told_to(draw_page: Page) -> None:
    page = draw_page
    keep(page, SEVEN, "7")
    section = page.locator("[data-part=kept]")
    section.scroll_into_view_if_needed()
    expect(section).to_contain_text("None is on this server.")
    section.get_by_role("button", name="Keep them on this server").click()
    expect(section).to_contain_text("1 on this server")
    section.get_by_role("button", name="Delete all").click()
    expect(drawings(page)).to_have_count(0)
    section.get_by_role("button", name="Add those on it").click()
    expect(page.get_by_role("option", name="7 ✓: a 7, read as a 7: as labelled")).to_be_visible()
    section.get_by_role("button", name="Delete those on it").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(section).to_contain_text("None is on this server.")
    expect(section).to_contain_text("One that was deleted can be brought back, until today, ")
    page.reload()
    back = section.get_by_role("button", name="Bring it back")
    back.click()
    expect(section).to_contain_text("1 on this server")
    expect(section).to_contain_text("1 brought back.")
    expect(back).to_be_hidden()
    expect(section.get_by_role("button", name="Delete those on it")).to_be_focused()


def test_what_goes_wrong_is_said_where_it_was_asked_for(draw_page: Page, complaints: list[str]) -> None:
    page = draw_page
    keep(page, SEVEN, "7")
    section = page.locator("[data-part=kept]")
    section.scroll_into_view_if_needed()
    send = section.get_by_role("button", name="Keep them on this server")
    expect(section).to_contain_text("on this server")
    page.route("**/api/drawings", lambda route: route.abort())
    send.click()
    said = section.locator(".kept-server").get_by_role("alert")
    expect(said).to_have_text("The server cannot be reached. No answer came. Is it still running?")
    page.unroute("**/api/drawings")
    send.click()
    expect(said).to_be_empty()
    expect(section.locator(".kept-server")).to_contain_text("on this server")

    full = "throw new DOMException('full', 'QuotaExceededError');"
    page.evaluate(f"() => {{ Storage.prototype.setItem = () => {{ {full} }}; }}")
    page.locator("#ink").scroll_into_view_if_needed()
    keep(page, THREE, "3")
    expect(page.locator("#keep").get_by_role("alert")).to_have_text(
        re.compile(r"^It is not kept\. This browser has no room left")
    )
    drawings(page).first.click()
    page.keyboard.press("3")
    expect(section.get_by_role("alert").filter(has_text="Its label stays.")).to_be_visible()
    expect(page.locator(".toasts .problem")).to_have_count(0)
    complaints.clear()
