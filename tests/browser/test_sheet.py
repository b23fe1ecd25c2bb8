"""The sheet that starts a run."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Locator, Page, expect

from app.lessons.contents import lesson
from tests.browser.steering import start, stop
from tests.browser.waiting import at_rest, until_is


def sheet_of(page: Page) -> Locator:
    return page.get_by_role("dialog", name="New run")


def test_a_run_is_put_together_and_started(page: Page, server: str, finished_run: str) -> None:
    page.goto(f"/runs/{finished_run}")
    page.get_by_role("button", name="New run").click()
    sheet = sheet_of(page)
    chosen = sheet.locator(".sheet-chosen")
    expect(chosen).to_have_text("Textbook")
    expect(sheet.locator(".sheet-time")).to_have_text("1,960 steps, about 26 s")
    expect(sheet.get_by_role("button", name="Start", exact=True)).to_be_in_viewport(ratio=1)
    expect(page.locator("#picture canvas").first).to_be_in_viewport(ratio=1)  # what moves is not hidden
    expect(sheet.get_by_role("button", name=re.compile(r"^0\.1 "))).to_have_attribute("aria-pressed", "true")
    batches = sheet.get_by_role("group", name="How many images a step?")
    expect(batches.get_by_role("button", name=re.compile(r"^256 "))).to_have_attribute("aria-pressed", "true")

    sheet.get_by_role("button", name=re.compile("^Momentum")).click()
    expect(chosen).to_have_text("Momentum")
    expect(sheet.get_by_label("Optimiser", exact=True)).to_have_value("momentum")
    expect(sheet.get_by_text(re.compile("steps that roll on"))).to_be_visible()
    sheet.get_by_label("Seed").fill("7")
    sheet.get_by_role("button", name=re.compile("^One layer")).click()
    expect(chosen).to_have_text("One layer, seed 7")
    expect(sheet.get_by_label("Hidden units")).to_be_disabled()
    expect(sheet.get_by_text("One layer has no hidden units.")).to_be_visible()
    sheet.get_by_label("Epochs").fill("1000")  # which are not over before the page looks
    expect(chosen).to_have_text("one layer, 1,000 epochs, seed 7")

    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("button", name="New run")).to_be_focused()
    page.keyboard.press("Enter")
    expect(chosen).to_have_text("one layer, 1,000 epochs, seed 7")  # as it was left
    expect(sheet.get_by_role("radio", name="Watch")).to_be_checked()
    sheet.get_by_role("button", name="Start", exact=True).click()
    expect(page).not_to_have_url(re.compile(f"{finished_run}$"))
    run = httpx.get(f"{server}/api{urlsplit(page.url).path}", timeout=60).json()
    assert run["preset"] == "linear"
    expect(page.locator("#controls").get_by_role("radio", name="Watch")).to_be_checked()
    assert (run["recipe"]["model"], run["recipe"]["epochs"], run["recipe"]["seed"]) == ("linear", 1000, 7)
    stop(server, run["id"])


def test_fields_lead_to_their_lessons_and_keep_what_is_typed(page: Page, finished_run: str) -> None:
    page.goto(f"/runs/{finished_run}")
    page.get_by_role("button", name="New run").click()
    sheet = sheet_of(page)
    sheet.get_by_label("Learning rate").fill("0.5")
    links = sheet.get_by_role("link", name=re.compile(r"^why\? The lesson “.+”, in a new tab$"))
    expect(links.first).to_be_visible()
    assert links.count() >= sheet.locator(".recipe-field").count() - 1  # none is about varied images
    for link in links.all():
        found = lesson((link.get_attribute("href") or "").removeprefix("/lessons/"))
        expect(link).to_have_text(f"why? The lesson “{found.title}”, in a new tab")
    with page.expect_popup() as opened:
        sheet.locator("[data-field=learning_rate] a").press("Enter")
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("The learning rate")
    expect(sheet.get_by_label("Learning rate")).to_have_value("0.5")


def test_numbers_are_read_as_they_are_meant_or_refused(page: Page, server: str) -> None:
    run = start(server, preset="adam", epochs=1, hidden=7)
    page.goto(f"/runs/{run}")
    page.get_by_role("button", name="Change the recipe").click()
    sheet = sheet_of(page)
    rate, units, epochs = (sheet.get_by_label(label) for label in ("Learning rate", "Hidden units", "Epochs"))
    expect(units).to_have_value("7")
    expect(sheet.get_by_label("Optimiser", exact=True)).to_have_value("adam")
    begin = sheet.get_by_role("button", name="Start", exact=True)
    for typed, words in (
        ("5000", "Give a number above 0 and up to 1,000."),
        ("1,000", "Write 1 or 1000: the comma can mean either."),
        ("0,05x", "Give a number above 0 and up to 1,000."),
    ):
        rate.fill(typed)
        begin.click()
        expect(sheet.get_by_text(words, exact=True)).to_be_visible()
        expect(rate).to_have_attribute("aria-invalid", "true")
        expect(rate).to_be_focused()
    rate.fill("0,05")
    expect(rate).to_have_attribute("aria-invalid", "false")
    units.fill("0")
    units.blur()
    expect(sheet.get_by_text("Give a whole number from 1 to 256.", exact=True)).to_be_visible()
    units.fill("3")
    sheet.get_by_label("Vary the images").check()
    sheet.get_by_label("Inverted share").fill("0,5")
    expect(sheet.locator(".sheet-chosen")).to_have_text(
        "3 units, Adam, rate 0.05, 1 epoch, images varied, 50 % inverted"
    )
    expect(begin).to_be_in_viewport(ratio=1)  # many words do not push it out
    sheet.get_by_label("Batch size").fill("1")
    epochs.fill("50")
    begin.click()
    expect(sheet.get_by_text(re.compile("at most 500,000 are kept. Take at most 40 epochs"))).to_be_visible()
    expect(epochs).to_be_focused()
    sheet.get_by_label("Batch size").fill("256")
    epochs.fill("10")
    expect(sheet.get_by_text(re.compile("500,000 are kept"))).to_be_hidden()
    sheet.get_by_label("Pace: steps a second").fill("2,5")
    begin.click()
    expect(page).not_to_have_url(re.compile(f"{run}$"))
    new = httpx.get(f"{server}/api{urlsplit(page.url).path}", timeout=60).json()
    assert (new["recipe"]["learning_rate"], new["recipe"]["hidden"]) == (0.05, 3)
    expect(page.locator("#controls").get_by_label("Pace: steps a second")).to_have_value("2.5")
    stop(server, new["id"])


def test_an_address_opens_it_filled_in_over_a_whole_phone(
    phone: Page, complaints: list[str], assert_accessible: Callable[[Page], None]
) -> None:
    phone.route("**/api/presets", lambda route: route.abort())
    phone.goto("/?preset=nonsense&hidden=64&loss=hinge&learning_rate=0,5")
    sheet = sheet_of(phone)
    again = sheet.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    expect(sheet.get_by_role("alert").first).to_contain_text("cannot be reached")
    complaints.clear()
    phone.unroute("**/api/presets")
    again.click()
    expect(sheet.get_by_text("There is no preset “nonsense”; “Textbook” is filled in.")).to_be_visible()
    expect(sheet.get_by_label("Hidden units")).to_have_value("64")
    expect(sheet.locator(".sheet-chosen")).to_have_text("64 units, rate 0.5")
    expect(sheet.get_by_text("“hinge” is none of these.")).to_be_attached()
    box = """() => {
      const [sheet] = [...document.querySelectorAll("dialog")].filter((each) => each.open);
      const { x, y, width, height } = sheet.getBoundingClientRect();
      return [x, y, width, height];
    }"""
    until_is(phone, box, [0, 0, 390, 844])
    expect(sheet.get_by_role("button", name="Start", exact=True)).to_be_in_viewport(ratio=1)
    at_rest(phone)
    assert_accessible(phone)
    sheet.get_by_role("button", name="Close").tap()
    expect(sheet).to_be_hidden()
