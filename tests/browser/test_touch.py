"""What a finger presses is 44 pixels wide and high at least, on every page."""

from playwright.sync_api import Page, expect

SMALL = """() => {
  const pressed = "a[href], button, input, select, textarea, summary, [role=button], [role=slider], [role=option]";
  // A run's row opens it wherever it is pressed; within a line of text a link is as high as that.
  const inText = (each) => each.matches("a") && (each.closest(".run-row") ||
    (getComputedStyle(each).display === "inline" && each.closest("p, li, dd, td, th, figcaption, caption")));
  const side = (boxes, name) => Math.max(...boxes.map((box) => box[name]));
  return [...document.querySelectorAll(pressed)]
    .filter((each) => !each.disabled && !each.closest(".skip") && !inText(each))
    .filter((each) => each.checkVisibility({ visibilityProperty: true }))
    .map((each) => ({ each, boxes: [each, ...(each.labels ?? [])].map((part) => part.getBoundingClientRect()) }))
    .filter(({ boxes }) => side(boxes, "width") && (side(boxes, "width") < 43.9 || side(boxes, "height") < 43.9))
    .map(({ each, boxes }) => `${side(boxes, "width")} × ${side(boxes, "height")}: ${each.outerHTML.slice(0, 120)}`);
}"""


def test_nothing_to_press_is_smaller_than_a_finger(phone: Page, slow_run: str) -> None:
    for path, shown in (
        (f"/runs/{slow_run}", ".tile"),
        ("/runs", ".run-row"),
        ("/draw", ".sample"),
        ("/models/built-in", ".digit-row-digit"),
        ("/lessons", "#open-class"),
        ("/lessons/tensors", ".rung"),
        ("/lessons/your-turn", ".segments"),
    ):
        phone.goto(path)
        phone.locator(shown).first.wait_for(state="attached")
        assert phone.evaluate(SMALL) == [], path
    for width in (390, 360, 320):
        phone.set_viewport_size({"width": width, "height": 740})
        phone.goto(f"/runs/{slow_run}")
        expect(phone.get_by_role("button", name="Pause")).to_be_enabled()
        phone.locator(".tile").first.wait_for()
        wrong = [each for each in phone.evaluate(SMALL) if width > 360 or "tile" not in each]
        assert wrong == [], width
        ends = "() => ['#controls', '.site-nav'].map((each) => document.querySelector(each).getBoundingClientRect())"
        controls, nav = phone.evaluate(ends)
        inside = phone.evaluate(
            """(end) => [...document.querySelectorAll("#controls :is(button, input)")]
              .every((each) => each.getBoundingClientRect().bottom <= end + 0.5)""",
            controls["bottom"],
        )
        assert inside, width
        assert controls["bottom"] <= nav["top"] + 0.5
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_pressed_and_stays_so_can_be_read_under_a_pointer(slow: Page) -> None:
    live = slow.get_by_role("button", name="Live")
    expect(live).to_have_attribute("aria-pressed", "true")
    live.hover()
    colours = live.evaluate("each => [getComputedStyle(each).color, getComputedStyle(each).backgroundColor]")
    assert colours == ["rgb(251, 250, 247)", "rgb(29, 31, 35)"]


def test_looking_back_at_a_paused_run_does_not_say_that_it_goes_on(slow: Page) -> None:
    slow.get_by_role("button", name="Pause").click()
    expect(slow.get_by_role("button", name="Resume")).to_be_enabled()
    slow.get_by_label("Step of the run").press("Home")
    expect(slow.locator("#detail")).to_have_text("It is paused meanwhile. “Live” returns.")
