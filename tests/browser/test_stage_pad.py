"""The stage's pad: what the run that is shown makes of a drawing."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.drawing import SEVEN, draw
from tests.browser.waiting import asked, until

PAPER = "#pad .ink-canvas"


def test_of_what_is_neither_the_sum_names_no_digit(page: Page, finished_run: str) -> None:
    page.goto(f"/runs/{finished_run}")
    page.locator(".sample").first.click()
    expect(page.locator("#contributions")).to_contain_text(re.compile(r"P\(3\) .*: a 3\."))
    page.get_by_role("button", name="an 8").click()
    expect(page.locator("#pad .verdict-headline")).to_have_text("Neither")
    expect(page.locator("#contributions")).to_contain_text(re.compile(r"P\(3\) .*, were it one of the two\."))
    page.locator(".sample").first.click()
    expect(page.locator("#contributions")).to_contain_text(re.compile(r"P\(3\) .*: a 3\."))


def draw_seven(page: Page) -> None:
    page.locator(PAPER).scroll_into_view_if_needed()
    draw(page, SEVEN, PAPER)


def test_the_run_reads_what_one_draws(page: Page, finished_run: str) -> None:
    page.goto(f"/runs/{finished_run}")
    expect(page.locator("#connection")).to_have_text("From the log")
    expect(page.locator(".progress-words")).to_have_text("Step 98 of 98")
    draw_seven(page)
    verdict = page.locator("#pad .verdict")
    expect(verdict.locator(".verdict-headline")).to_have_text("7")
    expect(verdict).to_contain_text(re.compile("Read by “textbook", re.IGNORECASE))
    coloured = """([x, y]) => {
      const canvas = document.querySelector("#pad .ink-overlay");
      return canvas.getContext("2d").getImageData(x * canvas.width, y * canvas.height, 1, 1).data[3];
    }"""
    until(page, f"() => ({coloured})([0.5, 0.2]) > 0")  # by what its pixels say
    until(page, f"() => ({coloured})([0.2, 0.8]) === 0")
    page.locator("#pad").get_by_role("button", name="Clear").click()
    expect(verdict.locator(".verdict-headline")).to_have_text("Nothing drawn yet")


def test_without_the_server_the_page_reads_what_one_draws(page: Page, finished_run: str, complaints: list[str]) -> None:
    """From its picture of the weights, and says so."""
    page.goto(f"/runs/{finished_run}")
    expect(page.locator(".tile")).to_have_count(30)
    draw_seven(page)
    expect(page.locator("#pad .verdict-headline")).to_have_text("7")
    figures = page.locator("#pad .verdict-figures")

    def read() -> float:
        """The whole drawing, as a new page finds it."""
        page.reload()
        expect(page.locator(".tile").first).to_be_visible()
        found = re.compile(r"Logit (?:≈ )?([−-]?[\d.]+)")
        expect(figures).to_have_text(found)
        match = found.search(figures.inner_text())
        assert match is not None
        return float(match[1].replace("−", "-"))

    by_server = read()
    page.route("**/predict", lambda route: route.abort())
    assert read() == pytest.approx(by_server, abs=0.1)
    expect(figures).to_contain_text("The server does not answer: read on this page, by")
    expect(page.locator("#pad .verdict-headline")).to_have_text("7")
    page.unroute("**/predict")
    expect(figures).to_contain_text("Read by")  # it is asked again
    complaints.clear()  # the browser logs requests that fail


def test_while_the_server_is_silent_no_other_drawings_verdict_stands(page: Page, finished_run: str) -> None:
    """The page reads what it can itself; without a network of its own it says that it waits."""
    page.goto(f"/runs/{finished_run}")
    expect(page.locator(".tile")).to_have_count(30)
    page.locator(".sample").nth(1).click()
    expect(page.locator("#pad .verdict-headline")).to_have_text("7")
    held: list[Route] = []
    page.route("**/predict", lambda route: held.append(route))
    page.locator(".sample").first.click()
    expect(page.locator("#pad .verdict-headline")).to_have_text("3")
    expect(page.locator("#pad .verdict-figures")).to_contain_text("The server does not answer: read on this page, by")
    asked(page, held).continue_()
    expect(page.locator("#pad .verdict-figures")).to_contain_text("Read by")
    page.unroute("**/predict")
    page.goto("/draw")
    expect(page.locator(".verdict-headline")).to_have_text("3")
    page.route("**/predict", lambda route: held.append(route))
    page.locator(".sample").nth(1).click()
    expect(page.locator(".verdict-headline")).to_have_text("Reading …")
    expect(page.locator(".verdict-sentence")).to_have_text("No answer from the server yet.")
    expect(page.locator("#means .means-distance").first).to_have_text("–")
    asked(page, held).continue_()
    expect(page.locator(".verdict-headline")).to_have_text("7")
