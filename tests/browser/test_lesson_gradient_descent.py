"""The lesson on gradient descent: the first step from zero is the baseline, and slopes are rise over run."""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.waiting import at_rest


def test_the_seven_steps_with_real_numbers(page: Page) -> None:
    page.goto("/lessons/gradient-descent")
    words = page.locator("#words-now")
    expected = page.locator("#maps figcaption").last
    for picture in ("One sharp 3", "Noise", "The mean 3", "The mean 3 less the mean 7"):
        page.get_by_label(picture, exact=True).press("Space")
        page.get_by_role("button", name="This is what I expect").press("Enter")
        name = picture.lower().replace("less the", "less").removeprefix("the ")
        expect(expected).to_have_text(re.compile(f"^you expected: (the )?{name}$"))
        if picture != "The mean 3 less the mean 7":
            page.get_by_role("button", name="Change it", exact=True).press("Enter")
    expect(words).to_contain_text("After 1 step: loss 0.4")  # where what was predicted is to be seen
    expect(words).to_contain_text("As you expected")
    page.get_by_role("button", name="1 Initialise").press("Enter")
    expect(words).to_contain_text("You expected mean 3 less mean 7: the weights after one step tell")
    expect(words).to_contain_text("After 0 steps: loss 0.5000")
    expect(words).to_contain_text(
        "Cosine between the way downhill and mean 3 less mean 7: 0.9997 (1 is the same direction, 0 nothing"
    )
    said = re.compile(r"has the slope (−?[\d.e−]+); nudged by 0.001, rise over run is (−?[\d.e−]+)\.")
    expect(words).to_contain_text(said)
    slope = said.search(words.inner_text())
    assert slope is not None
    exact, nudged = (float(each.replace("−", "-")) for each in slope.groups())
    assert abs(exact - nudged) <= 1e-3 * abs(exact)
    page.get_by_role("button", name="2–5 Predict, loss, gradient, step").press("Enter")
    expect(words).to_contain_text("After 1 step: loss 0.4")
    page.get_by_role("button", name="6 Repeat ten times").press("Enter")
    expect(words).to_contain_text("After 11 steps: loss 0.")
    zeroed = str(at_rest(page, "() => document.getElementById('words-now').textContent"))
    page.get_by_role("radio", name="left to pile up").check()
    expect(page.locator("#source")).to_contain_text("each step follows the sum of all so far")
    expect(words).to_contain_text("After 11 steps: loss 0.")
    expect(words).not_to_have_text(zeroed)
    page.get_by_role("radio", name="set to zero").check()
    expect(words).to_have_text(zeroed)
    page.get_by_role("radio", name="a batch of 256").check()
    page.get_by_role("button", name="7 Stop after 49 steps").press("Enter")
    expect(words).to_contain_text(re.compile(r"After 49 steps: loss 0\.\d+, 9\d\.\d\d\s% of 256 training images"))
    expect(page).to_have_url(re.compile(r"step=49&images=next"))


def test_no_picture_stands_under_settings_that_are_not_its_own(page: Page, complaints: list[str]) -> None:
    """While the next one is computed it is marked as old; where that fails the settings go back to its own, and what
    happened stands on it."""
    page.goto("/lessons/gradient-descent?step=1")
    page.locator("#veil button").evaluate("button => button.click()")
    words, over, steps = page.locator("#words-now"), page.locator("#computing"), page.get_by_label("Steps taken, typed")
    expect(words).to_contain_text("After 1 step: loss 0.4")
    held: list[Route] = []
    page.route("**/api/experiments/gradient", lambda route: held.append(route))
    page.get_by_role("button", name="7 Stop after 49 steps").press("Enter")
    expect(over).to_have_text("Computing step 49 …")
    for each in (page.locator("#maps"), page.locator("#slice")):
        expect(each).to_have_css("opacity", "0.3")
    expect(words).to_have_css("font-style", "italic")
    held.pop().fulfill(status=504, body="too late")
    expect(over).to_contain_text(
        "The server did not answer in time: it is busy. The settings are back at those of what is shown, step 1."
    )
    expect(steps).to_have_value("1")
    expect(page.locator("#maps")).to_have_css("opacity", "1")
    expect(words).to_contain_text("After 1 step: loss 0.4")
    page.unroute("**/api/experiments/gradient")
    over.get_by_role("button", name="Try again").press("Enter")
    expect(words).to_contain_text("After 49 steps: loss 0.")
    expect(steps).to_have_value("49")
    expect(over).to_be_hidden()
    assert len(complaints) == 1
    assert "504" in complaints.pop()
