"""A run is steered from its page, and the page shows what the log answers."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from tests.browser.steering import control, paused, paused_after, start
from tests.browser.waiting import at_rest


def test_pause_step_resume_stop(page: Page, server: str) -> None:
    page.goto(f"/runs/{start(server, epochs=200, steps_per_second=50)}")
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    at = paused(page)
    page.get_by_role("button", name="One step").click()
    expect(page.locator(".progress-words")).to_contain_text(f"Step {at + 1:,} of")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Learning with")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Stopped after step")
    expect(page.get_by_role("button", name="Train it again")).to_be_visible()


def test_keys_pause_and_step_but_not_while_one_types(slow: Page) -> None:
    slow.locator("body").press("Space")
    expect(slow.get_by_role("button", name="Resume")).to_be_enabled()
    at = paused_after(slow)
    slow.locator("body").press("ArrowRight")
    expect(slow.locator(".progress-words")).to_contain_text(f"Step {at + 1:,} of")
    slow.get_by_role("button", name="New run").click()
    field = slow.get_by_label("Seed")
    field.press("ArrowRight")
    field.press("Space")
    expect(slow.get_by_role("heading", level=1)).to_contain_text(f"Paused after step {at + 1:,}")


def test_the_controls_stay_where_they_are(slow: Page) -> None:
    """So that a second press does not hit another button."""
    places = {}
    for state in ("running", "paused"):
        places[state] = at_rest(
            slow,
            """() => [...document.querySelectorAll("#controls .button")].slice(0, 3)
              .map((each) => each.getBoundingClientRect().toJSON())""",
        )
        if state == "running":
            paused(slow)
            expect(slow.get_by_role("button", name="Resume")).to_be_enabled()
    assert places["running"] == places["paused"]


def test_a_press_meant_for_pause_starts_no_run_as_the_run_ends(page: Page, server: str) -> None:
    run = start(server, epochs=1, steps_per_second=1)
    page.goto(f"/runs/{run}")
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    again = page.get_by_role("button", name="Train it again")
    page.evaluate(
        """() => {
          const again = document.getElementById("again");
          new MutationObserver(() => again.hidden || document.getElementById("again-button").click())
            .observe(again, { attributes: true });
        }"""
    )
    control(server, run, pace="full")
    expect(again).to_be_visible()
    before = len(httpx.get(f"{server}/api/runs?limit=200", timeout=60).json()["runs"])
    again.dblclick()  # once it is enabled it does what it says, once
    expect(page).not_to_have_url(re.compile(f"/runs/{run}$"))
    expect(page.locator("#connection")).to_have_text(re.compile("Connected|From the log"))
    after = httpx.get(f"{server}/api/runs?limit=200", timeout=60).json()["runs"]
    assert len(after) == before + 1
    assert after[0]["name"] != after[1]["name"]


def test_a_learning_rate_that_is_none_is_refused_in_words(slow: Page) -> None:
    rate = slow.get_by_label("Learning rate", exact=True).first
    for nonsense in ("0", "-1", "1e9", "fast"):
        rate.fill(nonsense)
        rate.press("Enter")
        expect(slow.locator("#controls").get_by_text("Give a number above 0 and up to 1,000.")).to_be_visible()
        expect(rate).to_have_attribute("aria-invalid", "true")
        expect(rate).to_have_value(nonsense)  # to be mended
    expect(slow.locator(".toast")).to_have_count(0)
    rate.press("Escape")
    expect(rate).to_have_value("0.1")
    expect(rate).to_have_attribute("aria-invalid", "false")
    rate.fill("0.7")
    rate.press("Escape")
    expect(rate).to_have_value("0.1")
    rate.fill("fast")
    rate.press("Enter")
    rate.fill("0.1")
    rate.press("Enter")
    expect(rate).to_have_attribute("aria-invalid", "false")


def test_learning_rate_and_speed_show_what_the_log_answered(slow: Page) -> None:
    rate = slow.get_by_label("Learning rate", exact=True).first
    rate.fill("0.05")
    rate.press("Enter")
    rate.blur()
    expect(rate).to_have_value("0.05")
    slow.get_by_role("button", name="Double the learning rate").click()
    expect(rate).to_have_value("0.1")
    slow.get_by_role("button", name="Halve the learning rate").click()
    expect(rate).to_have_value("0.05")
    speed = slow.locator("#controls").get_by_label("Pace: steps a second")
    speed.fill("200")
    speed.press("Enter")
    speed.blur()
    expect(speed).to_have_value("200")
    slow.reload()
    expect(rate).to_have_value("0.05")
    expect(speed).to_have_value("200")


def test_presses_that_come_before_an_answer_are_not_lost(slow: Page, slow_run: str, server: str) -> None:
    rate = slow.get_by_label("Learning rate", exact=True).first
    control(server, slow_run, learning_rate=0.025)
    expect(rate).to_have_value("0.025")
    slow.get_by_role("button", name="Double the learning rate").evaluate(
        "button => { button.click(); button.click(); }"
    )
    expect(rate).to_have_value("0.1")
    expect(rate).to_have_attribute("aria-busy", "false")
    controls = slow.locator("#controls")
    paces = [controls.get_by_role("radio", name=name).element_handle() for name in ("Watch", "Slow")]
    slow.evaluate("paces => paces.forEach((pace) => pace.click())", paces)
    expect(slow.locator("#scrubber")).to_contain_text(re.compile(r"\b[34](\.\d)? steps a second"))
    slow.reload()
    expect(rate).to_have_value("0.1")
    expect(controls.get_by_role("radio", name="Slow")).to_be_checked()


def test_one_press_changes_the_pace_and_the_keys_stay_the_pages(slow: Page) -> None:
    controls = slow.locator("#controls")
    controls.get_by_text("Slow", exact=True).click()
    expect(slow.locator("#scrubber")).to_contain_text(re.compile(r"\b[34](\.\d)? steps a second"))
    slow.keyboard.press("Space")
    expect(slow.get_by_role("heading", level=1)).to_contain_text("Paused after step")
    expect(controls.get_by_role("radio", name="Slow")).to_be_checked()


def test_a_viewer_may_watch_and_with_the_token_steer(
    start_server: Callable[..., str], new_page: Callable[..., Page], complaints: list[str]
) -> None:
    page = new_page(base_url=start_server(first_run="true", token="sesame"))
    page.goto("/")
    page.get_by_role("button", name="New run").click()
    start = page.get_by_role("button", name="Start", exact=True)
    expect(start).to_be_disabled()
    page.get_by_role("button", name="Sign in").click()
    dialog = page.get_by_role("dialog", name="Sign in")
    token = dialog.get_by_label("Token")
    expect(token).to_be_focused()
    token.fill("wrong")
    dialog.get_by_role("button", name="Unlock").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Wrong token")
    complaints.clear()  # the browser logs the 401
    token.fill("sesame")
    token.press("Enter")
    expect(start).to_be_enabled()
    expect(dialog).to_be_hidden()
    page.goto("/draw")
    page.get_by_role("button", name="Signed in").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_run_that_has_not_begun_shows_the_pace_that_it_will_have(page: Page) -> None:
    page.goto("/draw")
    page.evaluate(
        """async (events) => {
          const { mountControls } = await import("/static/js/run/controls.js");
          const { RunAt } = await import("/static/js/run/run-at.js");
          const root = document.createElement("div");
          document.getElementById("main").prepend(root);
          const run = new RunAt();
          mountControls(root, { run, onProblem: () => {} }, { signal: new AbortController().signal });
          window.tell = (event) => (run.log.apply(event), run.log.release());
          for (const event of events) tell(event);
        }""",
        [{"type": "RunQueued", "seq": 1, "run": "r", "name": "R", "recipe": {}, "place": 1, "pace": "watch"}],
    )
    expect(page.get_by_role("radio", name="Watch")).to_be_checked()
    expect(page.get_by_role("radio", name="Watch")).to_be_disabled()
    page.evaluate("tell({ type: 'Controlled', seq: 2, run: 'r', what: 'pace', value: 'slow', step: 0 })")
    expect(page.get_by_role("radio", name="Slow")).to_be_checked()


def test_a_pace_that_cannot_be_chosen_looks_so(slow: Page) -> None:
    expect(slow.locator("#controls .pace input").first).to_be_enabled()
    before, after = slow.evaluate("""() => {
      const looks = () => [...document.querySelectorAll("#controls .pace .segments span")].map((choice) => {
        const { color, backgroundColor } = getComputedStyle(choice);
        return `${color} ${backgroundColor}`;
      });
      const before = looks();
      document.querySelector("#controls .pace").disabled = true; // until the page has the next step
      return [before, looks()];
    }""")
    assert len(before) == 3
    assert not set(before) & set(after)
