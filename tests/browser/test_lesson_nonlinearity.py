"""The bend: a linear score stops near three quarters of half-inverted digits, a ReLU goes on."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.waiting import TRAINED

pytestmark = pytest.mark.timeout(600)


def test_without_a_bend_three_quarters_with_one_nearly_all(page: Page) -> None:
    page.goto("/lessons/nonlinearity")
    page.get_by_label("Without a bend").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(page.locator("output[for=predict-none]")).to_have_text("65.0 %")
    page.get_by_label("With a ReLU").press("End")
    page.get_by_role("button", name="This is what I expect").press("Enter")
    expect(page.locator("#veil")).to_be_hidden()
    expect(page.locator("#graph").get_by_text("you, without a bend")).to_be_visible()
    expect(page.locator("#source")).to_contain_text("Four runs of this server", timeout=TRAINED)
    expect(page.locator("#words-now")).to_contain_text("You expected 65.0 % without a bend")
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("#table tbody tr").all()]
    reached = {cells[0]: float(cells[1].removesuffix("%")) for cells in rows}
    assert 70 < reached["no bend"] < 76
    assert reached["ReLU"] > 97
    said = re.compile(r"Read again on this page.*no bend gets (\S+)\s%", re.DOTALL)
    expect(page.locator("#words-now")).to_contain_text(said)
    again = said.search(page.locator("#words-now").inner_text())
    assert again is not None
    assert abs(float(again[1]) - reached["no bend"]) < 0.11


def test_a_digit_and_its_negative_mirror_each_other_only_without_a_bend(page: Page) -> None:
    page.goto("/lessons/nonlinearity?view=pair")
    page.locator("#veil button").evaluate("button => button.click()")
    words = page.locator("#pair-words")
    expect(words).to_contain_text("so it is for every digit", timeout=TRAINED)
    sums = set()
    for n in (3, 4, 5):
        page.get_by_label("Which digit?", exact=True).press("ArrowRight")
        expect(page.locator("#digit")).to_have_attribute("aria-label", re.compile(f"Digit {n} "))
        said = re.compile(r"add up to ([+−][\d.]+), and c is ([+−][\d.]+)")
        expect(words).to_contain_text(said)
        found = said.search(words.inner_text())
        assert found is not None
        assert found[1] == found[2]
        sums.add(found[1])
    assert len(sums) == 1
    page.get_by_label("ReLU", exact=True).check()
    expect(words).to_contain_text("would be the same for every pair", timeout=TRAINED)
    page.get_by_label("one unit", exact=True).check()
    unit = page.locator("#unit-words")
    expect(unit).to_contain_text(re.compile(r"for \S+ of 1,019 digits as they are and for \S+ of 1,019 negatives\."))
    answering = set()
    for n in range(1, 31):
        found = re.search(r"Unit (\d+): .* for (\S+) of 1,019 digits as they are and for (\S+) of", unit.inner_text())
        assert found is not None
        assert int(found[1]) == n
        answering.add(tuple(int(each.replace(",", "")) > 500 for each in found.groups()[1:]))
        if n < 30:
            page.get_by_label("Which unit?", exact=True).press("ArrowRight")
            expect(unit).to_contain_text(f"Unit {n + 1}: ")
    assert {(True, False), (False, True)} <= answering  # some answer to digits, others to negatives
    page.get_by_text("Do black pixels kill neurons?").click()
    expect(page.locator("#dead-now")).to_contain_text("dead of 30")
