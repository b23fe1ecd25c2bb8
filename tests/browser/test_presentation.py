"""Before a class: large, nothing to fill in, and the address to open; and how a run stands, on the tab."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from app.web.address import own_address
from tests.browser.waiting import at_rest, until


def test_a_class_is_told_where_to_go(
    start_server: Callable[..., str],
    new_page: Callable[..., Page],
    assert_accessible: Callable[..., None],
) -> None:
    page = new_page(base_url=start_server(host="0.0.0.0", open="true"), viewport={"width": 1920, "height": 1080})
    page.goto("/draw?present")
    place = page.locator("#present")
    own = own_address()
    if own is None:  # a machine in no network
        expect(place).to_contain_text("Only this machine reaches the server.")
    else:
        expect(place).to_contain_text(re.compile(rf"Draw along at{re.escape(own)}:\d+/draw"))
        code = place.get_by_role("img", name=re.compile("^QR code of "))
        assert code.evaluate("async (image) => { await image.decode(); return image.naturalWidth > 0; }")
        code.click()
        expect(page.get_by_role("dialog", name="The address to open")).to_be_visible()
        page.keyboard.press("Escape")
        class_code = page.request.post("/api/classes").json()["code"]
        page.goto(f"/class/{class_code}?present")
        expect(page.get_by_role("img", name=re.compile(f"^QR code of .*{class_code}$"))).to_be_visible()
        at_rest(page)
        assert_accessible(page)
        page.goto("/draw?present")
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
    at_rest(page)
    assert_accessible(page)
    until(page, "() => parseFloat(getComputedStyle(document.documentElement).fontSize) > 20")
    place.get_by_role("button", name="Leave").click()
    expect(place).to_be_hidden()
    expect(page).to_have_url(re.compile("/draw$"))
    page.locator("body").press("f")
    until(page, "() => document.fullscreenElement !== null")
    expect(place).to_be_visible()
    page.evaluate("document.exitFullscreen()")  # as Escape does
    expect(place).to_be_hidden()


def test_a_server_of_one_machine_says_how_to_open_it(page: Page, assert_accessible: Callable[..., None]) -> None:
    page.goto("/about?present")
    expect(page.locator("#present")).to_contain_text("--host 0.0.0.0")
    expect(page.locator("#present img")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#present")).to_be_hidden()
    expect(page.get_by_text("Creative Commons")).to_be_visible()
    at_rest(page)
    assert_accessible(page)


def test_the_description_of_the_api_can_be_read(
    new_page: Callable[..., Page], assert_accessible: Callable[..., None]
) -> None:
    page = new_page(color_scheme="light", reduced_motion="reduce")
    page.goto("/docs")
    operation = page.locator(".opblock", has_text="Read a digit")
    summary = operation.locator(".opblock-summary-control")
    expect(summary).to_be_visible()
    at_rest(page)  # a long page, which takes its time to be painted
    summary.click(timeout=60_000)
    expect(operation.locator("pre[tabindex]").first).to_be_visible()
    assert_accessible(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_class(re.compile("dark-mode"))
    assert_accessible(page, colours=True)
    page.emulate_media(color_scheme="light", forced_colors="active")
    expect(page.locator("html")).not_to_have_class(re.compile("dark-mode"))
    assert_accessible(page, colours=True)


def test_the_tab_tells_how_a_run_ended(page: Page, finished_run: str) -> None:
    page.goto(f"/runs/{finished_run}")
    expect(page).to_have_title(re.compile(r"^✓ 9\d\.\d\s% .+ – Threeseven$"))
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/svg"))
    expect(page.locator("#bell")).to_be_hidden()
