"""The lesson on broadcasting: shapes that fit, that are refused, and that fit though they should not."""

import re

from playwright.sync_api import Page, expect


def test_shapes_that_fit_and_those_that_do_not(page: Page) -> None:
    page.goto("/lessons/broadcasting")
    page.get_by_label("It fails: the shapes differ").press("Space")
    page.get_by_role("button", name="This is what I expect").press("Enter")
    words = page.locator("#words-now")
    expect(words).to_contain_text("[2038] == [2038] says 96.61 %, and [2038, 1] == [2038] says 50.01 %")
    expect(words).to_contain_text("You expected that it fails. In truth it compares")
    fit = page.locator("#fit")
    expect(fit).to_contain_text("They fit: [2038, 2038], 4,153,444 results.")
    page.get_by_label("The one shape").fill("[2038, 28, 28]")
    page.get_by_label("The other shape").fill("28 x 28")
    expect(fit).to_contain_text(
        "[28, 28] takes 3,136 bytes, with strides [0, 28, 1], where copies would take 6,391,168."
    )
    expect(page.locator("#chain li")).to_have_count(3)
    expect(page).to_have_url(re.compile(r"one=2038%2C\+28%2C\+28&other=28%2C\+28"))
    for one, other, said in (("1, 28", "28", "No number is needed twice."), ("28", "28", "Nothing is stretched.")):
        page.get_by_label("The one shape").fill(one)
        page.get_by_label("The other shape").fill(other)
        expect(fit).to_contain_text(said)
    page.get_by_role("button", name="refused").press("Enter")
    expect(fit).to_contain_text("The size of tensor a (28) must match the size of tensor b (2038)")
    page.get_by_label("The one shape").fill("many")
    expect(page.get_by_text("Whole numbers from 1 on")).to_be_visible()
    expect(page.locator("#source")).to_contain_text("times as long")
