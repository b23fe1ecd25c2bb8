"""A class in real pages: its teacher and those who follow, from opening to closing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.waiting import asked, at_rest, fits, until, until_is

NewPage = Callable[..., Page]


@pytest.fixture
def teacher(page: Page) -> Page:
    return page


@pytest.fixture
def pupil(new_page: NewPage) -> Page:
    return new_page(phone=True)


def open_class(teacher: Page) -> str:
    teacher.goto("/lessons")
    teacher.get_by_role("button", name="Open a class").click()
    expect(teacher.locator("#class-words")).to_contain_text("You teach it.")
    expect(teacher).to_have_url(re.compile("/class/[A-Z0-9]{6}$"))
    return teacher.url.rpartition("/")[2]


def join(page: Page, code: str) -> None:
    """By typing the code, as somebody does who has no camera."""
    page.goto("/lessons")
    page.get_by_label("Class code").fill(f"{code[:3]} {code[3:]}".lower())
    page.get_by_role("button", name="Go to the class").click()
    page.get_by_role("button", name="Join and follow").click()


def test_a_class_from_its_opening_to_its_end(
    teacher: Page, pupil: Page, dark: Page, assert_accessible: Callable[[Page], None], complaints: list[str]
) -> None:
    code = open_class(teacher)
    assert re.fullmatch(r"[CDFGHJKMNPQRTVWXY34679]{6}", code)
    join(pupil, code)
    expect(pupil.locator("#class-words")).to_contain_text("As soon as something is shown")
    join(dark, code)
    expect(teacher.locator("#counts")).to_have_text(re.compile("here2follow2"))

    with pupil.expect_popup() as opened:
        pupil.evaluate("window.open(location.href)")  # its second tab is the same member
    expect(opened.value.locator("#counts")).to_have_text(re.compile("here2follow2"))
    opened.value.close()

    # All go where the teacher is, however slowly, and set what the teacher sets.
    held: list[Route] = []
    pupil.route("**/lessons/sigmoid", lambda route: held.append(route))
    teacher.goto("/lessons/sigmoid")
    expect(dark.get_by_role("heading", level=1)).to_have_text("The sigmoid")
    expect(teacher.locator("#class-bar")).to_contain_text("2 here · 2 follow")  # so all have been told
    held.pop().continue_()
    for page in (pupil, dark):
        expect(page.get_by_role("heading", level=1)).to_have_text("The sigmoid")
        expect(page.locator("#class-bar")).to_contain_text("You follow.")
    pupil.evaluate("document.body.dataset.same = 'yes'")
    typed = teacher.get_by_label("Threshold (logit), typed")
    teacher.locator("#veil button").evaluate("button => button.click()")
    typed.fill("2")
    typed.press("Enter")
    for page in (pupil, dark):
        until(page, "() => new URL(location).searchParams.get('threshold') === '2'")
        expect(page.get_by_label("Threshold (logit), typed")).to_have_value("2")
    assert pupil.evaluate("document.body.dataset.same") == "yes", "it has not been loaded again"

    # What they predict is hidden until it is released.
    for page, presses in ((pupil, "Home"), (dark, "End")):
        page.get_by_label("In the middle").press(presses)
        page.get_by_role("button", name="This is what I expect").press("Enter")
    expect(teacher.locator("#class-bar")).to_contain_text("2 here · 2 follow · 2 predicted · 0 done")
    expect(pupil.locator("#class-answers")).to_contain_text("2 in the class have predicted. What, is shown later.")
    expect(pupil.locator("#class-answers svg")).to_have_count(0)
    pupil.get_by_role("button", name="I am done").press("Enter")
    expect(teacher.locator("#class-bar")).to_contain_text("1 done")
    teacher.get_by_role("button", name="Show the predictions").click()
    for page in (pupil, dark, teacher):
        expect(page.locator("#class-answers svg")).to_have_attribute(
            "aria-label", re.compile("2 predictions; most, 1,")
        )
    expect(pupil.locator("#class-answers").get_by_text("yours")).to_have_count(1)
    expect(teacher.locator("#class-answers").get_by_text("yours")).to_have_count(0)
    for page, width in ((pupil, 390), (dark, 1440)):
        at_rest(page)
        assert_accessible(page)
        fits(page, width)

    # One goes on freely, and comes back, also through a reload.
    pupil.get_by_role("button", name="Go on freely").click()
    expect(pupil.locator("#class-bar")).to_contain_text("You are free; the class is here, too.")
    teacher.goto("/draw")
    expect(dark).to_have_url(re.compile("/draw$"))
    expect(pupil.locator("#class-bar")).to_contain_text("The class is at “Draw”.")
    expect(pupil).to_have_url(re.compile(r"/lessons/sigmoid(\?|$)"))
    pupil.reload()
    expect(pupil.locator("#class-bar")).to_contain_text("The class is at “Draw”.")
    pupil.get_by_role("button", name="Follow", exact=True).click()
    expect(pupil).to_have_url(re.compile("/draw$"))
    expect(pupil.locator("#class-bar")).to_contain_text("You follow.")
    pupil.goto("/lessons/baseline")  # by itself
    expect(pupil.locator("#class-bar")).to_contain_text("You are free.")

    # One whose connection is lost comes after.
    expect(dark.locator("#class-bar")).to_contain_text("You follow.")
    dark.context.set_offline(True)
    expect(dark.locator("#class-bar")).to_contain_text("Not connected")
    teacher.goto("/runs")
    expect(pupil.locator("#class-bar")).to_contain_text("The class is at “Runs”.")
    dark.context.set_offline(False)
    expect(dark).to_have_url(re.compile("/runs$"))
    assert all("ERR_INTERNET_DISCONNECTED" in complaint for complaint in complaints)
    complaints.clear()

    # The teacher closes it: that is said, and the tab remembers nothing.
    teacher.goto(f"/class/{code}")
    expect(teacher.locator("#counts")).to_have_text(re.compile("here2follow1done0"))
    at_rest(teacher)
    assert_accessible(teacher)
    teacher.get_by_role("button", name="Close the class").click()
    teacher.get_by_role("button", name="Close it").click()
    for page in (pupil, dark):
        expect(page.locator("#class-bar")).to_contain_text("It is over.")
        until_is(page, "() => sessionStorage.getItem('threeseven.class')", "null")
    expect(teacher.locator("#class-words")).to_contain_text("the class is over")
    pupil.reload()
    expect(pupil.locator("#class-bar")).to_be_hidden()


def test_a_code_that_is_none_or_no_more(page: Page, complaints: list[str]) -> None:
    page.goto("/lessons")
    page.get_by_label("Class code").fill("hello")
    with page.expect_console_message(lambda message: "404" in message.text):
        page.get_by_role("button", name="Go to the class").click()
    expect(page.get_by_text("“hello” is not the code of a class")).to_be_visible()
    assert len(complaints) == 1
    assert "404" in complaints.pop()
    page.get_by_label("Class code").fill("CCC-CCC")
    page.get_by_role("button", name="Go to the class").click()
    expect(page.locator("#class-words")).to_contain_text("No class with the code CCC CCC is open.")
    expect(page.get_by_role("button", name="Join and follow")).to_be_hidden()
    expect(page.get_by_role("button", name="Open a class")).to_be_visible()


def test_who_does_not_control_the_server_joins_only(page: Page) -> None:
    code = page.request.post("/api/classes").json()["code"]
    page.route("**/api/session", lambda route: route.fulfill(json={"control": False, "token_needed": True}))
    page.goto(f"/class/{code}")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_role("button", name="Join and follow")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Teach|Open|Close"))).to_have_count(0)
    assert page.request.delete(f"/api/classes/{code}").ok
    expect(page.locator("#class-words")).to_contain_text("No class with the code")


def test_a_link_for_a_class_leaves_out_what_it_is_told_to(page: Page) -> None:
    page.goto("/lessons/a-sensible-loss?loss=bce")
    page.get_by_role("button", name="Copy a link for the class").click()
    dialog = page.get_by_role("dialog", name="A link for the class")
    dialog.get_by_label("Begin at").select_option(label="the result")
    dialog.get_by_label("Without the controls of the experiment").check()
    link = dialog.get_by_label("The link")
    expect(link).to_have_value(re.compile(r"/lessons/a-sensible-loss\?loss=bce&controls=none#result$"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog.get_by_role("button", name="Copy the link").click()
    expect(dialog.get_by_text("Copied.")).to_be_visible()
    address = link.input_value()
    assert page.evaluate("navigator.clipboard.readText()") == address
    page.goto(address)
    page.locator("#veil button").evaluate("button => button.click()")
    expect(page.locator("#words-now")).to_contain_text("costs 6.0025")
    expect(page.locator("#experiment svg").first).to_be_visible()
    expect(page.locator("#experiment").get_by_role("slider")).to_have_count(0)


def test_no_link_for_a_class_is_copied_before_it_is_known_which(page: Page) -> None:
    """The server's answer changes the link: where it came after the press, the field had another than was copied."""
    held: list[Route] = []
    page.route("**/api/address*", lambda route: held.append(route))
    page.goto("/lessons/a-sensible-loss")
    page.get_by_role("button", name="Copy a link for the class").click()
    dialog = page.get_by_role("dialog", name="A link for the class")
    copy = dialog.get_by_role("button", name="Copy the link")
    expect(copy).to_be_disabled()
    asked(page, held).fulfill(json={"address": "http://10.0.0.7/lessons/a-sensible-loss", "reachable": True})
    expect(copy).to_be_enabled()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy.click()
    expect(dialog.get_by_text("Copied.")).to_be_visible()
    expect(dialog.get_by_label("The link")).to_have_value("http://10.0.0.7/lessons/a-sensible-loss")
    assert page.evaluate("navigator.clipboard.readText()") == "http://10.0.0.7/lessons/a-sensible-loss"


def test_presented_a_lesson_is_read_from_the_last_row(page: Page) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("/lessons/a-sensible-loss?present")
    expect(page.get_by_label("A hundred times more weakly")).to_be_visible()  # the question, too
    expect(page.locator("#words-now")).to_contain_text("costs 0.9975")
    until_is(
        page,
        """() => [...document.querySelectorAll("#lesson *")].filter((each) => {
          const says = [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
          if (!says || !each.checkVisibility({visibilityProperty: true}) || each.closest("math")) return false;
          const svg = each.closest("svg");
          const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
          return parseFloat(getComputedStyle(each).fontSize) * scale < 20 * 96 / 72;
        }).map((each) => each.outerHTML)""",
        [],
    )
    for key, part in (("ArrowRight", "prediction"), ("PageDown", "experiment"), ("ArrowRight", "result")):
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(f"#{part}$"))
    until(page, "() => document.getElementById('result').getBoundingClientRect().top < innerHeight / 2")
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("#experiment$"))
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("#formula-title$"))  # none of three quick presses is lost
    page.keyboard.press("Escape")
    expect(page.locator("#present")).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("location.hash") == "#formula-title", "only while it is presented"
