"""Pages enlarged, in small windows and on a projector: nothing lies over another, nothing scrolls sideways."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.waiting import fits, resize, until, until_is

NewPage = Callable[..., Page]

OVERLAP = """selectors => {
  const [one, other] = selectors.map((selector) => document.querySelector(selector).getBoundingClientRect());
  const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return Math.max(0, wide) * Math.max(0, high);
}"""
"""Square pixels that two elements share."""


ENLARGED = {"200 %": (683, 328), "400 %": (342, 164), "the smallest": (320, 568)}


def test_enlarged_pages_keep_their_parts_apart(page: Page, finished_run: str, slow_run: str) -> None:
    for path in (f"/runs/{slow_run}", f"/runs/{finished_run}", "/draw", "/models/built-in", "/runs", "/about"):
        resize(page, *ENLARGED["200 %"])
        page.goto(path)
        expect(page.locator("#live-pill")).to_be_visible()
        expect(page.locator(".connection-dot")).to_be_visible()
        for width, height in ENLARGED.values():
            resize(page, width, height)
            fits(page, width)
            until_is(
                page,
                f"""(others) => {{
                  const words = document.querySelector(".live-pill-accuracy")?.textContent;
                  const pill = words ? "#live-pill .live-pill-accuracy" : "#live-pill";
                  return others.filter((other) => ({OVERLAP})([pill, other]) !== 0);
                }}""",
                [],
                ["#connection", "#padlock", "#theme-switch", ".brand"],
            )


def test_the_way_to_the_first_lesson_leaves_the_live_run_room(page: Page, slow_run: str) -> None:
    page.goto("/")
    expect(page.locator("#live-pill")).to_be_visible()
    for width in (683, 720, 844, 1024):
        resize(page, width, 390)
        fits(page, width)
        until_is(page, OVERLAP, 0, ["#first-lesson", "#live-pill"])
        until(
            page,
            "() => { const it = document.getElementById('first-lesson'); return it.scrollWidth <= it.clientWidth; }",
        )


def test_a_run_is_started_from_a_page_enlarged_four_times(new_page: NewPage, finished_run: str) -> None:
    page = new_page(viewport={"width": 342, "height": 164})
    page.goto(f"/runs/{finished_run}?learning_rate=0.5")
    sheet = page.get_by_role("dialog")
    for part in (".preset-card >> nth=0", ".recipe-field select >> nth=0", ".sheet-start"):
        sheet.locator(part).scroll_into_view_if_needed()
        expect(sheet.locator(part)).to_be_in_viewport(ratio=0.8)


def test_on_a_projector_what_is_said_of_a_drawing_stays_above_the_slider(new_page: NewPage, finished_run: str) -> None:
    for query in ("", "?present"):
        page = new_page(viewport={"width": 1366, "height": 657})
        page.goto(f"/runs/{finished_run}{query}")
        page.locator(".sample").nth(1).click()
        expect(page.locator(".contributions-sum")).to_be_visible()
        until_is(page, OVERLAP, 0, [".contributions-text", "#scrubber"])
        expect(page.locator("#scrubber")).to_be_in_viewport(ratio=1)
