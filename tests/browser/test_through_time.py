"""A drawing read by every kept model of a run: on the run's page, and below the drawing."""

import re

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.drawing import opened


def placed(part: Locator) -> FloatRect:
    box = part.bounding_box()
    assert box is not None
    return box


def test_a_runs_page_shows_it_in_the_place_of_the_accuracy(page: Page, finished_run: str) -> None:
    page.goto(f"/runs/{finished_run}")
    curve = page.locator("[data-part=through-time]")
    choice = page.get_by_role("button", name="Drawing", exact=True)
    sample = page.locator(".sample").nth(1)
    expect(sample).to_be_visible()
    expect(page.locator("[data-part=misread] .digit-row-digit").first).to_be_visible()
    expect(choice).to_be_hidden()
    expect(page.locator(".sample")).to_have_count(10)
    page.evaluate("document.fonts.ready.then(() => {})")
    before = placed(page.locator("[data-part=loss]"))
    sample.click()
    choice.click()
    expect(curve.locator(".through-words")).to_have_text(re.compile(r"^(A 7 for all 3|Read as a 7)"))
    expect(page.locator("[data-part=accuracy]")).to_be_hidden()
    assert placed(page.locator("[data-part=loss]")) == pytest.approx(before, abs=1), "nothing is pushed"

    page.locator("[data-part=loss] .chart-plot").hover()
    expect(curve.locator(".chart-cursor")).to_be_visible()
    page.mouse.move(0, 0)
    curve.locator(".chart-plot").focus()
    page.keyboard.press("ArrowLeft")  # from the last model to the one before
    expect(page.locator("#scrubber")).to_contain_text("Step 49 of 98")
    expect(curve.locator(".chart-readout")).to_contain_text(re.compile(r"Step\s*49\s*P\(3\)\s*[\d.]+ %: a 7"))

    page.keyboard.press("Delete")
    expect(curve.locator(".through-words")).to_have_text("Draw a digit: its curve appears here.")
    choice.click()
    expect(page.locator("[data-part=accuracy]")).to_be_visible()
    expect(choice).to_be_hidden()


def test_below_the_drawing_the_chosen_run_reads_it(page: Page, finished_run: str) -> None:
    opened(page)
    section = page.locator("[data-part=time]")
    section.scroll_into_view_if_needed()
    expect(section).to_contain_text("built-in network was not kept on its way")
    section.get_by_role("button", name="Read with the newest run").click()
    expect(page).to_have_url(re.compile(r"\?run=\w+"))
    expect(section).to_contain_text("Draw a digit: its curve appears here.")
    page.goto(f"/draw?run={finished_run}")
    page.locator(".sample").nth(1).click()
    section.scroll_into_view_if_needed()
    expect(section.locator(".through-words")).to_have_text(re.compile(r"^(A 7 for all 3|Read as a 7)"))
