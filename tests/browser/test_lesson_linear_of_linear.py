"""Lines of lines: thirty pictures fold into one, unless a ReLU stands between."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.waiting import TRAINED, resize, until

pytestmark = pytest.mark.timeout(600)


def formula(page: Page) -> list[float]:
    """A digit's logit by the thirty, by the one picture, and what is not folded into it."""
    words = [page.locator(f"[data-number={name}]").text_content() or "" for name in ("thirty", "answer", "rest")]
    return [float(each.replace("−", "-")) for each in words]


def test_folding_changes_nothing_without_a_bend_and_much_with_one(page: Page) -> None:
    page.goto("/lessons/linear-of-linear")
    for label in ("Without a bend", "With a ReLU", "ReLU, half of the digits inverted"):
        page.get_by_label(label, exact=True).press("Home")
    page.get_by_role("button", name="This is what I expect").press("Enter")
    expect(page.locator("#veil")).to_be_hidden()
    expect(page.locator("#table tbody tr")).to_have_count(3, timeout=TRAINED)
    expect(page.locator("#source")).to_contain_text("Three runs of this server", timeout=TRAINED)
    expect(page.locator("#table").get_by_text("…")).to_have_count(0, timeout=TRAINED)
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("#table tbody tr").all()]
    straight, bent, inverted = rows
    assert straight[3] == "0"
    assert float(straight[4]) < 1e-5
    assert straight[1] == straight[2]
    assert int(bent[3]) < 60
    assert float(bent[4]) > 1
    assert int(inverted[3].replace(",", "")) > 400
    expect(page.locator("#words-now")).to_contain_text("changes 0 verdicts (you expected 0)")
    resize(page, 320, 657)
    until(
        page,
        "() => document.getElementById('result').scrollWidth <= document.getElementById('result').clientWidth",
    )
    resize(page, 1366, 657)

    live = page.locator("#live")
    thirty, answer, rest = formula(page)
    sign = "=" if round(answer + rest - thirty, 4) == 0 else "≈"  # each is rounded by itself
    assert page.locator("[data-number=same]").text_content() == sign
    assert answer + rest == pytest.approx(thirty, abs=2e-4)
    expect(live).to_contain_text("30 of 30 units folded: 0 of 2,038 verdicts change")
    page.get_by_label("Units folded", exact=True).press("ArrowLeft")
    expect(live).to_contain_text("29 of 30 units folded: 0 of 2,038")
    expect(page).to_have_url(re.compile("folded=29"))
    page.get_by_label("ReLU, half inverted", exact=True).check()
    expect(page.locator("[data-number=same]")).to_have_text("≠")
    thirty, answer, rest = formula(page)
    assert abs(answer + rest - thirty) > 1
    page.get_by_label("Units folded", exact=True).press("Home")
    expect(live).to_contain_text("0 of 30 units folded: 0 of 2,038")
    expect(live).to_contain_text("the largest difference of a logit is 0.00")
