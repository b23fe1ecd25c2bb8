"""The network: the article's mark, how few units suffice, and one digit's sum."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.timeout(600)

PATIENCE = 500_000
"""Milliseconds: eight runs are trained first."""


def test_the_mark_and_the_units_that_can_be_off(page: Page) -> None:
    page.goto("/lessons/the-network")
    page.get_by_label("Its accuracy").press("ArrowRight")
    page.get_by_label("Units that can be off").press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#veil")).to_be_hidden()
    expect(page.locator("#source")).to_contain_text("Runs of this server", timeout=PATIENCE)
    expect(page.locator("#words-now")).to_contain_text("You expected 95.1 %.")
    expect(page.locator("#words-now")).to_contain_text("You expected that 6 units can be off; it is 2")
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("#table tbody tr").all()]
    *runs, baseline = rows
    reached = {cells[0]: (float(cells[1].removesuffix(" %")), float(cells[2]), cells[3]) for cells in runs}
    assert baseline[:2] == ["two mean images (baseline)", "95.14 %"]
    small = reached["batches of 32, seed 0"]
    for seed in (0, 1, 2):
        plain = reached[f"batches of 256, seed {seed}"]
        assert plain[2] == "no"
        assert small[0] > plain[0]
        assert small[1] < plain[1]
    expect(page.locator("#words-now")).to_contain_text("another seed to have that trained")
    assert reached["1 unit, seed 0"][0] > 97.5

    page.get_by_label("units off", exact=True).check()
    live = page.locator("#live")
    expect(live).to_contain_text("30 of 30 units are on")
    whole = re.search(r": (\S+) % of the digits", live.inner_text())
    assert whole is not None
    assert abs(float(whole[1]) - reached["batches of 256, seed 0"][0]) < 0.11
    slider = page.get_by_label("Units off, those missed least first", exact=True)
    slider.press("End")
    expect(live).to_contain_text("0 of 30 units are on")
    slider.press("Home")
    page.get_by_role("button", name=re.compile(r"^Unit 5,")).press("Space")
    expect(live).to_contain_text("29 of 30 units are on")
    expect(page).to_have_url(re.compile(r"off=4"))
    page.reload()
    page.locator("#veil").wait_for(state="hidden")
    expect(live).to_contain_text("29 of 30 units are on")


def test_pushes_add_up_to_the_logit(page: Page) -> None:
    page.goto("/lessons/the-network?view=sum")
    page.locator("#veil button").evaluate("button => button.click()")
    expect(page.locator("#live")).to_contain_text("the logit is", timeout=PATIENCE)
    words = page.locator("#live").inner_text().replace("−", "-")
    up, down, bias, logit = (float(number) for number in re.findall(r"[+-]\d+\.\d+", words))
    assert abs(up + down + bias - logit) < 0.003
