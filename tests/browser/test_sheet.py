"""Starting a run from the page."""

from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page, expect


def test_numbers_are_read_as_they_are_meant_or_refused(page: Page, server: str, finished_run: str) -> None:
    page.goto(f"/runs/{finished_run}")
    form = page.locator("#start")
    rate = form.get_by_label("Learning rate", exact=True)
    units = form.get_by_label("Hidden", exact=True)
    start = form.get_by_role("button", name="Start", exact=True)
    for typed, words in (
        ("5000", "Give a number above 0 and up to 1,000."),
        ("1,000", "Is that 1 or 1000? Write it so."),
        ("0,05x", "Give a number above 0 and up to 1,000."),
    ):
        rate.fill(typed)
        rate.press("Enter")
        expect(form.get_by_text(words, exact=True)).to_be_visible()
        expect(rate).to_have_attribute("aria-invalid", "true")
        expect(rate).to_be_focused()
    rate.fill("0,05")
    expect(rate).to_have_attribute("aria-invalid", "false")
    units.fill("0")
    units.blur()
    expect(form.get_by_text("Give a whole number from 1 to 256.", exact=True)).to_be_visible()
    units.fill("3")
    form.get_by_label("Epochs", exact=True).fill("1")
    expect(form.get_by_role("radio", name="Watch")).to_be_checked()
    form.get_by_label("Pace: steps a second").fill("2,5")
    start.click()
    page.wait_for_url(lambda url: not url.endswith(finished_run))
    run = httpx.get(f"{server}/api{urlsplit(page.url).path}").json()
    assert (run["recipe"]["learning_rate"], run["recipe"]["hidden"], run["steps_per_second"]) == (0.05, 3, 2.5)
    httpx.post(f"{server}/api/runs/{run['id']}/control", json={"action": "stop"}).raise_for_status()
