"""The page of servers and workers."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.steering import control, start


def test_a_run_is_shown_at_the_worker_that_trains_it_until_it_is_stopped(
    page: Page, server: str, assert_accessible: Callable[[Page], None]
) -> None:
    run = start(server, name="At work", epochs=1000, steps_per_second=50)
    page.goto("/about")
    page.get_by_role("link", name="Servers").click()
    expect(page.locator("#cluster-summary")).to_contain_text(re.compile(r"^1 server, \d workers?, \d+ viewers?\. \d"))
    link = page.get_by_role("region", name="Workers").get_by_role("link", name="At work")
    expect(link).to_have_attribute("href", f"/runs/{run}")
    assert_accessible(page)
    control(server, run, action="stop")
    expect(link).to_have_count(0)
