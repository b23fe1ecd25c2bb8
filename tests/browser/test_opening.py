"""How a run's page comes up."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.waiting import at_rest

NOTE_HEIGHTS = """
window.heights = [];
const look = () => {
  const row = document.querySelector("[data-part=misread]");
  if (row) window.heights.push(row.getBoundingClientRect().height);
  requestAnimationFrame(look);
};
look();
"""


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_nothing_moves_when_the_misread_digits_come(
    new_page: Callable[..., Page], finished_run: str, phone: bool
) -> None:
    page = new_page(phone=phone)
    page.add_init_script(NOTE_HEIGHTS)
    page.goto(f"/runs/{finished_run}")
    expect(page.locator("[data-part=misread] .digit-picture").first).to_be_visible()
    at_rest(page)
    heights: list[float] = page.evaluate("heights")
    assert max(heights) - min(heights) < 1.5, "the charts below or above give way"
