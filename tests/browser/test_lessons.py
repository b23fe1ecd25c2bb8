"""Lessons: what all of their pages have in common, and what each of them shows."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.lessons.contents import LESSONS

SLUGS = [lesson.slug for lesson in LESSONS]


def show_result(page: Page) -> None:
    """As by its button, which on a phone may be gone by the time that one has scrolled to it."""
    page.locator("#veil button").evaluate("button => button.click()")


def test_the_index_leads_to_each_lesson_and_remembers_those_begun(page: Page) -> None:
    page.goto("/lessons")
    expect(page.locator("[data-progress]:visible")).to_have_count(0)
    for lesson in LESSONS:
        page.get_by_role("link", name=lesson.title, exact=True).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(lesson.title)
        page.go_back()
    expect(page.get_by_text("Begun", exact=True)).to_have_count(len(LESSONS))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_lesson_has_its_parts_and_links_that_lead_somewhere(page: Page, slug: str) -> None:
    page.goto(f"/lessons/{slug}")
    for name in ("prediction", "experiment", "result"):
        expect(page.locator(f"[data-part={name}]")).to_have_count(1)
    for link in page.locator("#lesson a[href^='/']").all():
        address = link.get_attribute("href") or ""
        assert page.request.get(address).ok, address


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("width", [1366, 390, 320])
def test_a_lesson_is_as_wide_as_its_window(new_page: Callable[..., Page], slug: str, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 657})
    page.goto(f"/lessons/{slug}")
    show_result(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("slug", SLUGS)
def test_the_result_waits_for_the_prediction_and_not_for_ever(page: Page, slug: str) -> None:
    page.goto(f"/lessons/{slug}")
    expect(page.locator("#veil")).to_be_visible()
    page.locator("#found-title").scroll_into_view_if_needed()
    page.mouse.wheel(0, 4000)  # one who only scrolls sees it all the same
    expect(page.locator("#veil")).to_be_hidden()


def test_the_learning_rate_by_keyboard_alone(page: Page) -> None:
    page.goto("/lessons/learning-rate")
    page.get_by_label("The best rate").focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    expect(page.locator("output[for=predict-best]")).to_have_text("1")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#veil")).to_be_hidden()
    expect(page.locator("#graph").get_by_text("your best")).to_be_visible()
    expect(page.locator("#source")).to_contain_text("12 runs of this server")
    expect(page.locator("#words-now")).to_have_text(
        re.compile(r"Of 12 rates (3|10) reads the most digits rightly: 9[89]\.\d\d %")
    )
    expect(page.locator("#words-now")).to_contain_text("30 stays at 5")
    expect(page.locator("#miniatures").get_by_text("frozen at")).to_have_count(3)
    page.reload()
    expect(page.locator("#graph").get_by_text("your cliff")).to_be_visible()
    page.get_by_role("button", name="Change it", exact=True).press("Enter")
    expect(page.get_by_label("The best rate")).to_be_enabled()


def test_another_loss_of_the_learning_rate_explodes_and_stands_in_the_address(page: Page) -> None:
    page.goto("/lessons/learning-rate")
    show_result(page)
    page.get_by_label("cross-entropy").check()
    expect(page.locator("#source")).to_contain_text("12 runs of this server")
    expect(page).to_have_url(re.compile(r"\?loss=bce$"))
    page.reload()
    expect(page.get_by_label("cross-entropy")).to_be_checked()
    expect(page.locator("#words-now")).to_contain_text("reads the most digits rightly")
