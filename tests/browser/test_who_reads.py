"""Which network reads what is drawn, and at which of its steps."""

import json
import re

import httpx
from playwright.sync_api import Page, expect

from tests.browser.drawing import SEVEN, headline, opened, photo


def test_where_a_run_is_gone_the_built_in_network_reads(page: Page, complaints: list[str]) -> None:
    opened(page, "/draw?run=there-is-none")
    with page.expect_response("**/predict") as answered:
        page.get_by_role("button", name="a 3", exact=True).click()
    assert answered.value.status == 404
    expect(page.locator(".toasts")).to_contain_text("There is no run")
    expect(headline(page)).to_have_text("3")
    expect(page.locator("#verdict")).to_contain_text("Read by the built-in network.")
    assert complaints
    complaints.clear()


def test_another_run_can_read_at_any_of_its_steps(draw_page: Page, finished_run: str) -> None:
    draw_page.get_by_role("button", name="a 3", exact=True).click()
    expect(draw_page.locator("#verdict")).to_contain_text("Read by the built-in network.")
    who = draw_page.get_by_role("combobox", name="Who reads")
    expect(who).to_have_value("The built-in network")
    who.press("ArrowDown")
    expect(draw_page.get_by_role("option", name="The built-in network")).to_have_attribute("aria-selected", "true")
    who.fill(finished_run)  # the id is searched too
    expect(draw_page.get_by_role("option")).to_have_count(1)
    with draw_page.expect_request(lambda each: finished_run in (each.post_data or "")) as asked:
        who.press("Enter")
    assert json.loads(asked.value.post_data or "")["run"] == finished_run
    expect(draw_page.locator("#verdict")).to_contain_text("at step 98.")
    expect(headline(draw_page)).to_have_text("3")
    step = draw_page.get_by_label("At step")
    expect(step).to_have_attribute("aria-valuetext", "98, the newest")
    step.press("ArrowLeft")
    expect(step).to_have_attribute("aria-valuetext", re.compile(r"^\d+ of 98"))
    earlier = int((step.get_attribute("aria-valuetext") or "").split()[0])
    assert earlier < 98
    expect(draw_page.locator("#verdict")).to_contain_text(f"at step {earlier}.")
    expect(draw_page).to_have_url(re.compile(rf"/draw\?run={finished_run}&step={earlier}$"))
    draw_page.reload()
    expect(step).to_have_attribute("aria-valuetext", f"{earlier} of 98")
    expect(draw_page.locator("#verdict")).to_contain_text(f"at step {earlier}.")
    who.fill("no run is called this")
    expect(draw_page.get_by_text("No run has that in its name.")).to_be_visible()
    who.press("Escape")
    expect(who).not_to_have_value("no run is called this")
    expect(draw_page.locator("#verdict")).to_contain_text(f"at step {earlier}.")


def test_another_run_can_read_a_picture(page: Page, finished_run: str) -> None:
    opened(page, f"/draw?run={finished_run}")
    page.set_input_files("#picture", {"name": "7.png", "mimeType": "image/png", "buffer": photo(SEVEN)})
    expect(page.locator("#verdict")).to_contain_text("at step")
    expect(headline(page)).to_have_text("7")
    page.reload()  # what the network saw of it is kept
    expect(headline(page)).to_have_text("7")


def test_ink_is_read_again_while_the_network_trains(page: Page, server: str, finished_run: str) -> None:
    """With nothing drawn anew, each of the live run's new weights reads what is there."""
    opened(page, "/draw?run=live")
    page.get_by_role("button", name="a 3", exact=True).click()
    expect(headline(page)).to_have_text("3")
    started = httpx.post(f"{server}/api/runs", json={"epochs": 3, "name": "watched"}, timeout=60).json()
    expect(page.locator("#verdict")).to_contain_text(f"Read by “watched” at step {started['steps']}.")
    expect(headline(page)).to_have_text("3")


def test_on_a_runs_page_it_reads_at_the_step_that_is_shown(page: Page, finished_run: str) -> None:
    """Between the steps whose models are kept, by the pictures of the weights."""
    page.goto(f"/runs/{finished_run}")
    page.locator("#pad").get_by_role("button", name="a 7", exact=True).click()
    verdict = page.locator("#pad .verdict-figures")
    expect(verdict).to_contain_text("at step 98.")
    expect(verdict).not_to_contain_text("≈")
    scrubber = page.locator("[data-part=scrubber] input[type=range]")
    scrubber.press("Home")
    expect(verdict).to_contain_text("at step 0.")
    for _ in range(20):
        scrubber.press("ArrowRight")
    expect(verdict).to_contain_text("at step 20.")
    expect(verdict).to_contain_text("Logit ≈")
    scrubber.press("End")
    expect(verdict).to_contain_text("at step 98.")
