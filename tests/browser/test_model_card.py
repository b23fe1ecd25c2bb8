"""The card of a network: what it says, where its digits go, and what it does while there is no model."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from tests.browser.drawing import headline


def test_the_built_in_networks_card(page: Page, server: str) -> None:
    page.goto("/draw?run=built-in")
    page.get_by_role("link", name="How well it reads").click()
    expect(page).to_have_url(re.compile("/models/built-in$"))
    measured = httpx.get(f"{server}/api/models/built-in", timeout=60).json()["measured"]
    apart = measured["told_apart"]
    expect(page.locator("#figures")).to_contain_text(f"{100 * apart['value']:.2f} % ({100 * apart['low']:.2f}–")
    surest = measured["reliability"][-1]
    expect(page.get_by_role("img", name="How often it was right")).to_have_accessible_name(
        re.compile(rf"Of the {surest['count']:,} that it was 95–100\s% sure of")
    )
    row = page.get_by_role("row", name=re.compile(r"^a 3 "))
    expect(row.get_by_role("cell").first).to_contain_text(f"{measured['confusion'][3]['three']:,}")
    page.get_by_text("All eleven answers").click()
    expect(page.get_by_role("table", name="The likeliest of eleven answers").get_by_role("row")).to_have_count(11)
    page.get_by_text("The curve as a table").click()
    expect(page.locator("#gate").get_by_role("row").last).to_contain_text("50.0 %")


def test_the_gates_slider_says_what_refusing_costs_and_stands_in_the_address(page: Page) -> None:
    page.goto("/models/built-in?keep=0.9")
    words = page.locator(".how-sure-words")
    expect(words).to_contain_text("it refuses 10 of 100 of MNIST")
    slider = page.get_by_label("How sure must it be?")
    slider.press("ArrowRight")
    expect(words).to_contain_text("it refuses 11 of 100")
    expect(page).to_have_url(re.compile(r"/models/built-in\?keep=0\.89$"))
    slider.press("Home")
    expect(words).to_contain_text("it refuses none of 100")
    expect(page).to_have_url(re.compile(r"/models/built-in\?keep=1$"))
    page.reload()
    expect(words).to_contain_text("it refuses none of 100")


def test_a_runs_card_at_an_earlier_step_and_a_misread_digit_on_the_pad(page: Page, finished_run: str) -> None:
    page.goto(f"/runs/{finished_run}")
    page.get_by_role("link", name="How well it reads, and all ten digits").click()
    expect(page).to_have_url(re.compile(f"/models/{finished_run}$"))
    expect(page.locator("#about")).to_contain_text("after step 98 of 98.")
    step = page.get_by_label("At step")
    expect(step).to_have_attribute("aria-valuetext", "98, the newest")
    step.press("ArrowLeft")
    expect(page.locator("#about")).not_to_contain_text("step 98 of 98")
    expect(page).to_have_url(re.compile(rf"/models/{finished_run}\?step=\d+$"))
    at = page.evaluate("location.search").rpartition("=")[2]
    expect(page.locator("#about")).to_contain_text(f"after step {at} of 98.")
    misread = page.locator("[data-part=misread] button").first
    expect(misread).to_have_attribute("aria-label", re.compile(r"read as a \d"))
    name = misread.evaluate("button => (button.click(), button.getAttribute('aria-label'))")
    read_as = re.search(r"read as a (\d)", name)
    assert read_as is not None, name
    expect(page).to_have_url(re.compile(rf"/draw\?run={finished_run}&step={at}$"))
    expect(headline(page)).to_have_text(read_as[1])
    page.go_back()
    expect(page.locator("#about")).to_contain_text(f"after step {at} of 98.")


def test_a_run_that_learns_on_offers_its_newer_model(slow: Page, slow_run: str) -> None:
    slow.goto(f"/models/{slow_run}")
    newer = slow.locator("#newer")
    expect(newer).to_contain_text("It has learned on")
    before = slow.locator("#about").text_content() or ""
    newer.get_by_role("button", name="Show that one").click()
    expect(slow.locator("#about")).not_to_have_text(before)
    expect(slow.locator("#about")).to_contain_text("It is learning.")


def test_without_a_model_it_says_so(page: Page, complaints: list[str]) -> None:
    response = page.goto("/models/there-is-none")
    assert response is not None
    assert response.status == 404
    page.goto("/models/built-in?step=5")
    expect(page.locator("#state")).to_contain_text("kept at step 15000 only")
    expect(page.locator("#card")).to_be_hidden()
    page.route("**/api/models/**", lambda route: route.abort())
    page.goto("/models/built-in")
    expect(page.locator("#state")).to_contain_text("The server cannot be reached")
    page.unroute("**/api/models/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#figures")).to_contain_text("told apart")
    expect(page.locator("#state")).to_be_empty()
    assert complaints
    complaints.clear()


def test_it_is_printed_with_its_tables_and_nothing_to_press(new_page: Callable[..., Page], finished_run: str) -> None:
    page = new_page(color_scheme="dark", reduced_motion="reduce")
    page.goto(f"/models/{finished_run}")
    expect(page.locator("[data-part=misread] .digit-picture").first).to_be_visible()
    page.emulate_media(media="print")
    for table in ("#reliability table", "#gate table", "#confusion table"):
        expect(page.locator(table).first).to_be_visible()
    expect(page.get_by_role("slider")).to_have_count(0)
    expect(page.locator("[data-part=head] a").first).to_be_hidden()
    expect(page.locator("[data-part=misread] .digit-picture").first).to_be_visible()
