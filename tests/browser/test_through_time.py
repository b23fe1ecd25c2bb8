"""A drawing read by every kept model of a run: on the run's page, and below the drawing."""

import re

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from websockets.sync.client import connect

from tests.browser.drawing import opened
from tests.browser.waiting import at_rest, boxes


def until_over(server: str, run: str) -> None:
    with connect(f"{server.replace('http', 'ws', 1)}/ws/runs/{run}") as events:
        list(events)


def scrolled_to(page: Page) -> Locator:
    """The section below the drawing, in sight once what stands above it has come."""
    expect(page.locator("[data-part=why] .why-nearest canvas")).to_have_count(5)
    section = page.locator("[data-part=time]")
    at_rest(page, "() => document.body.scrollHeight")
    section.scroll_into_view_if_needed()
    return section


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
    (before,) = boxes(page, "[data-part=loss]")
    sample.click()
    choice.click()
    expect(curve.locator(".through-words")).to_have_text(re.compile(r"^(A 7 for all 3|Read as a 7)"))
    expect(page.locator("[data-part=accuracy]")).to_be_hidden()
    (after,) = boxes(page, "[data-part=loss]")
    assert after == pytest.approx(before, abs=1), "nothing is pushed"

    page.locator("[data-part=loss] .chart-plot").hover()
    expect(curve.locator(".chart-cursor")).to_be_visible()
    page.mouse.move(0, 0)
    curve.locator(".chart-plot").focus()
    page.keyboard.press("ArrowLeft")  # from the last model to the one before
    expect(page.locator("#scrubber")).to_contain_text("Step 49 of 98")
    expect(curve.locator(".chart-readout")).to_contain_text(re.compile(r"Step\s*49\s*P\(3\)\s*[\d.]+\s%: a 7"))

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
    page.get_by_role("button", name="a 5").click()
    expect(section.locator(".through-words")).to_have_text(
        re.compile(r"^The gate takes it for neither; were it one of the two: (a|read as a) [37]")
    )
    expect(section.locator(".through-plot .chart-readout")).to_contain_text(re.compile(r"%$"))


def test_beside_it_stands_the_runs_loss_and_one_cursor_goes_along_both(page: Page, finished_run: str) -> None:
    opened(page, f"/draw?run={finished_run}")
    page.locator(".sample").nth(1).click()
    section = scrolled_to(page)
    curve, loss = section.locator(".through-plot"), section.locator("[data-part=loss]")
    expect(loss.locator(".chart-readout")).to_contain_text(re.compile(r"Step\s*98\s*Validation\s*[\d.]+"))
    loss.locator(".chart-plot").hover()
    for chart in (curve, loss):
        expect(chart.locator(".chart-cursor")).to_be_visible()
    page.mouse.move(0, 0)

    loss.locator(".chart-plot").focus()
    page.keyboard.press("ArrowLeft")  # a step whose model is not kept: the one before it reads
    expect(page).to_have_url(re.compile(r"step=49$"))
    for chart in (curve, loss):
        expect(chart.locator(".chart-moment")).to_be_visible()
    page.reload()
    section = scrolled_to(page)
    for chart in (curve, loss):
        expect(chart.locator(".chart-readout")).to_contain_text(re.compile(r"Step\s*49"))


def test_both_grow_while_the_run_goes_on(page: Page, slow_run: str) -> None:
    opened(page, f"/draw?run={slow_run}")
    page.locator(".sample").nth(1).click()
    section = scrolled_to(page)
    for chart in ("[data-part=loss]", ".through-plot"):
        area = section.locator(f"{chart} .chart-plot")
        expect(area).not_to_have_attribute("aria-valuenow", "0")
        before = area.get_attribute("aria-valuenow")
        assert before is not None
        expect(area).not_to_have_attribute("aria-valuenow", before)


def test_a_run_that_is_deleted_reads_no_more(page: Page, server: str) -> None:
    started = httpx.post(
        f"{server}/api/runs", json={"preset": "textbook", "epochs": 1, "name": "Soon gone"}, timeout=60
    )
    run = started.json()["id"]
    until_over(server, run)
    page.goto(f"/draw?run={run}")
    page.locator(".sample").nth(1).click()
    expect(page.locator("#verdict")).to_contain_text("Soon gone")
    assert httpx.delete(f"{server}/api/runs/{run}", timeout=60).is_success
    expect(page.get_by_text("“Soon gone” was deleted. The built-in network reads instead.")).to_be_visible()
    expect(page.locator("#verdict")).to_contain_text("the built-in network")
    expect(page.get_by_role("combobox")).to_have_value("The built-in network")
    expect(page).to_have_url(re.compile(r"/draw$"))


def test_of_a_run_that_diverged_the_page_says_so_and_another_one_is_the_newest(
    page: Page, server: str, finished_run: str
) -> None:
    asked = {"preset": "diverging", "learning_rate": 1000}
    failed = httpx.post(f"{server}/api/runs", json=asked, timeout=60).json()["id"]
    until_over(server, failed)
    opened(page)
    section = page.locator("[data-part=time]")
    section.scroll_into_view_if_needed()
    section.get_by_role("button", name="Read with the newest run").click()
    expect(page).to_have_url(re.compile(r"\?run=\w+"))
    assert failed not in page.url
    page.goto(f"/draw?run={failed}")
    expect(section).to_contain_text(re.compile(r"It diverged at step \d+: from then on its weights are no numbers"))
    expect(page.locator(".who-about")).to_contain_text("diverged at step")
