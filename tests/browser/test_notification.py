"""A run's end is told to one who asked for it and looks elsewhere."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.steering import control, start
from tests.browser.waiting import until

BROWSER = """(answer) => {
  window.notes = [];
  window.Notification = class extends EventTarget {
    static permission = "default";
    static async requestPermission() {
      return (Notification.permission = answer);
    }
    constructor(title, { body, tag }) {
      super();
      notes.push({ title, body, tag });
    }
  };
}"""
"""In place of the browser's own question and of what it would put on the screen: a headless one has neither."""


def watching(page: Page, server: str, name: str, answer: str) -> str:
    run = start(server, name=name, epochs=1000, steps_per_second=50)
    page.add_init_script(f"({BROWSER})('{answer}')")
    page.goto(f"/runs/{run}")
    expect(page.locator(".accuracy-figure")).to_have_text(re.compile("%"))
    page.get_by_role("button", name="Tell me when the run ends").click()
    return run


def test_who_asked_for_it_is_told_that_the_run_has_ended(new_page: NewPage, server: str) -> None:
    page = new_page()
    run = watching(page, server, "To be told of", "granted")
    bell = page.locator("#bell")
    expect(bell).to_have_attribute("aria-pressed", "true")
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    control(server, run, action="stop")
    until(page, "() => notes.length")
    [note] = page.evaluate("notes")
    assert note["title"] == "“To be told of” was stopped"
    assert re.fullmatch(r"It reads \d\d\.\d\d\s% of unseen digits rightly\.", note["body"])
    assert note["tag"] == run
    until(page, "() => document.getElementById('bell').hidden")  # there is nothing to wait for any more


def test_who_has_refused_notifications_is_not_asked_again(new_page: NewPage, server: str) -> None:
    page = new_page()
    run = watching(page, server, "Not to be told of", "denied")
    expect(page.locator("#bell")).to_be_hidden()
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    control(server, run, action="stop")
