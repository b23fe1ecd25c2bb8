"""Below the drawing: how sure it must be, why it was read so, and how to break it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.drawing import headline
from tests.browser.waiting import boxes


def numbers(found: Locator) -> list[float]:
    return [float(text.replace("−", "-")) for text in found.all_inner_texts()]


@pytest.mark.parametrize("digit", ["3", "7"])
def test_why_adds_up_to_the_logit(draw_page: Page, digit: str) -> None:
    why = draw_page.locator("[data-part=why]")
    expect(why).to_contain_text("Draw something above")
    draw_page.get_by_role("button", name=f"a {digit}", exact=True).click()  # at once: a line is read again as it grows
    expect(headline(draw_page)).to_have_text(digit)
    why.scroll_into_view_if_needed()
    expect(why).to_contain_text(f"The built-in network reads a {digit}; the baseline")
    said = re.compile(r"Logit ([−-]?[\d.]+)")
    expect(draw_page.locator("#verdict")).to_contain_text(said)
    shown = said.search(draw_page.locator("#verdict").inner_text())
    assert shown is not None
    logit = float(shown[1].replace("−", "-"))
    assert (logit > 0) == (digit == "3")
    expect(why.locator(".why-units b")).to_have_count(8)
    expect(why.locator(".why-nearest b")).to_have_text([f"a {digit}"] * 5)
    for sum_of in why.locator(".why-sum").all():
        *terms, total = numbers(sum_of.locator(".term b"))
        assert abs(sum(terms) - total) < 0.005
        assert abs(total - logit) < 0.005
    adds = numbers(why.locator(".why-units b"))
    assert [abs(each) for each in adds] == sorted((abs(each) for each in adds), reverse=True)
    draw_page.keyboard.press("Delete")
    expect(why).to_contain_text("Draw something above")


def test_it_breaks_once_nothing_places_it(draw_page: Page) -> None:
    part = draw_page.locator("[data-part=break]")
    draw_page.get_by_role("button", name="a 3", exact=True).click()
    part.scroll_into_view_if_needed()
    said = part.locator(".break-said")
    expect(said).to_have_text("3")
    paper = part.locator(".break-paper")
    paper.focus()
    for _ in range(3):
        draw_page.keyboard.press("Shift+ArrowRight")
    expect(paper).to_have_attribute("aria-label", "The drawing, 6.0 pixels to the right")
    expect(part.locator(".caption", has_text="as you drew it")).to_contain_text("as you drew it > 99.9 %")
    expect(said).to_have_text("3")  # it is placed again: the network sees what it saw
    part.get_by_label("Bring its centre of mass back").uncheck()
    expect(said).not_to_have_text("3")
    part.get_by_role("button", name="Put it back").click()
    expect(said).to_have_text("3")
    part.get_by_label("Bring its centre of mass back").uncheck()
    (box,) = boxes(draw_page, "[data-part=break] .break-paper")
    draw_page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    draw_page.mouse.down()
    draw_page.mouse.move(box["x"] + box["width"] * 0.85, box["y"] + box["height"] * 0.8, steps=6)
    draw_page.mouse.up()
    expect(said).not_to_have_text("3")
    part.get_by_label("Turn, degrees", exact=True).press("ArrowRight")
    expect(part.get_by_label("Turn, degrees, typed")).to_have_value("1")


def test_what_is_broken_keeps_up_with_the_drawing_out_of_sight_too(draw_page: Page) -> None:
    """Paper shows the whole page."""
    part = draw_page.locator("[data-part=break]")
    for digit in "3", "7":
        draw_page.get_by_role("button", name=f"a {digit}", exact=True).click()
        expect(headline(draw_page)).to_have_text(digit)
        expect(part.locator(".break-said")).to_have_text(digit)
    assert draw_page.evaluate("scrollY") == 0


def test_how_sure_it_must_be_is_asked_kept_and_linked(draw_page: Page) -> None:
    draw_page.get_by_role("button", name="a 3", exact=True).click()
    expect(headline(draw_page)).to_have_text("3")
    slider = draw_page.get_by_label("How sure must it be?")
    words = draw_page.locator("#how-sure")
    expect(words).to_contain_text("it refuses 1 of 100 of MNIST")
    usual = score(draw_page)
    with draw_page.expect_request(lambda asked: '"keep":0.5' in (asked.post_data or "")):
        slider.press("End")
    expect(words).to_contain_text("it refuses 50 of 100 of MNIST")
    expect(draw_page).to_have_url(re.compile(r"\?keep=0\.5$"))
    expect(draw_page.locator("#verdict")).not_to_contain_text(f"{usual:.2f}".replace("-", "−"))
    assert score(draw_page) < usual - 1
    draw_page.reload()
    expect(words).to_contain_text("it refuses 50 of 100 of MNIST")
    draw_page.get_by_role("button", name="As usual").click()
    expect(draw_page).to_have_url(re.compile(r"/draw$"))
    expect(draw_page.locator("#verdict")).to_contain_text(f"{usual:.2f}")


def score(page: Page) -> float:
    said = re.compile(r"[Ss]core ([+−]?[\d.]+)")
    expect(page.locator("#verdict")).to_contain_text(said)
    shown = said.search(page.locator("#verdict").inner_text())
    assert shown is not None
    return float(shown[1].rstrip(".").replace("−", "-"))
