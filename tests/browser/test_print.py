"""On paper: light, whatever the screen was, and nothing that is of no use on it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.waiting import at_rest, fits, resize, until

BRIGHTNESS = """selector => {
  const canvas = [...document.querySelectorAll(selector)].find(({ clientWidth }) => clientWidth > 0);
  if (!canvas) return NaN;
  if (canvas instanceof SVGElement) {
    const [red, green, blue] = getComputedStyle(canvas).fill.match(/[\\d.]+/g).map(Number);
    return (red + green + blue) / 3;
  }
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let [sum, seen] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 200) continue;
    sum += data[at] + data[at + 1] + data[at + 2];
    seen += 3;
  }
  return sum / seen;
}"""
"""Of a canvas as it is now, its clear pixels left out, or of a drawing's ink: the mean of its channels."""


def printed(page: Page, selectors: dict[str, str]) -> dict[str, float]:
    """How bright each canvas was as the page went to paper."""
    page.evaluate(
        f"""selectors => matchMedia("print").addEventListener("change", () => {{
          window.printed = {{}};
          for (const [name, found] of Object.entries(selectors)) window.printed[name] = ({BRIGHTNESS})(found);
        }}, {{ once: true }})""",
        selectors,
    )
    page.pdf()
    seen: dict[str, float] = page.evaluate("printed")
    return seen


@pytest.mark.parametrize("path", ["/runs/{finished}", "/draw"])
def test_a_dark_page_is_printed_as_a_light_one(new_page: Callable[..., Page], finished_run: str, path: str) -> None:
    canvases = (
        {"picture": ".whole-picture-image", "tiles": ".tiles-canvas", "misread": ".digit-row-image"}
        if "runs" in path
        else {"seen": "#seen"}
    ) | {"ink": "#pad .ink-canvas" if "runs" in path else "#ink"}
    seen = {}
    for scheme in ("light", "dark"):
        page = new_page(color_scheme=scheme, reduced_motion="reduce")
        page.goto(path.format(finished=finished_run))
        page.locator(".sample").nth(1).click()
        expect(page.locator(".verdict-headline").first).to_have_text("7")
        if "runs" in path:
            expect(page.locator(".misread")).to_contain_text("Misreads")
        until(
            page,
            f"(selectors) => selectors.every((selector) => ({BRIGHTNESS})(selector) >= 0)",  # of none that is clear
            list(canvases.values()),
        )
        at_rest(page, f"(selectors) => selectors.map({BRIGHTNESS})", list(canvases.values()))
        before = {name: page.evaluate(BRIGHTNESS, selector) for name, selector in canvases.items()}
        seen[scheme] = printed(page, canvases)
        expect(page.locator(":root[data-printed]")).to_have_count(0)
        for name, selector in canvases.items():  # the screen is as it was
            until(
                page,
                f"([selector, before]) => Math.abs(({BRIGHTNESS})(selector) - before) <= 8",
                [selector, before[name]],
            )
    assert seen["dark"] == pytest.approx(seen["light"], abs=8)


def test_a_lesson_is_printed_with_its_question_and_result_and_nothing_to_press(page: Page) -> None:
    page.goto("/lessons/tensors")
    expect(page.locator("#ladder button")).to_have_count(4)
    page.emulate_media(media="print")
    for part in ("prediction", "experiment", "result"):
        expect(page.locator(f"[data-part={part}]")).to_be_visible()
    expect(page.get_by_label("What is the shape of stack[5, :, 14]?")).to_be_visible()
    expect(page.locator("#stack canvas")).to_be_visible()
    expect(page.locator("#picked")).to_be_visible()
    controls = "#experiment :is(input[type=range], input[type=checkbox], button:not(:has(canvas)))"
    expect(page.locator(controls).nth(8)).to_be_attached()
    expect(page.locator(f"{controls}:visible")).to_have_count(0)
    expect(page.locator("#order").get_by_text("another")).to_be_hidden()


def test_of_what_one_has_to_go_to_on_the_screen_paper_says_nothing(page: Page, finished_run: str) -> None:
    page.goto(f"/runs/{finished_run}")
    expect(page.locator("#batch")).to_have_text(re.compile("Go back to see its mini-batches."))
    expect(page.locator(".misread")).to_contain_text("Misreads")
    page.emulate_media(media="print")
    expect(page.locator(".misread")).to_be_visible()
    expect(page.locator("#batch")).to_be_hidden()


def test_a_run_is_no_wider_than_its_paper(page: Page, finished_run: str) -> None:
    page.goto(f"/runs/{finished_run}")
    expect(page.locator("[data-part=accuracy] .chart-readout")).to_contain_text("Baseline")
    page.emulate_media(media="print")
    resize(page, 718, 1047)  # A4 within margins of a centimetre
    fits(page)
