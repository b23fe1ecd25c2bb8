"""The last lesson: a recipe of one's own, predicted, trained, scored, tested, and kept on the board."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.waiting import at_rest, fits, resize, until

ADDRESS = "/api/lessons/your-turn/entries"

pytestmark = pytest.mark.timeout(600)

QUICK = "/lessons/your-turn?model=linear&epochs=1&learning_rate=10"


@pytest.fixture(autouse=True)
def emptied(page: Page) -> Iterator[None]:
    """Each test begins with a board of its own, but for the textbook's."""
    yield
    for entry in page.request.get(ADDRESS).json()["entries"]:
        if not entry["lesson"]:
            assert page.request.delete(f"{ADDRESS}/{entry['id']}").ok


def test_by_keyboard_from_the_prediction_to_the_last_test(page: Page) -> None:
    page.goto(QUICK)
    expect(page.locator("#price")).to_have_text("785 parameters × 1 = 785 of 1,000,000")
    expect(page.locator("#train")).to_be_disabled()
    page.get_by_label("Its score").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("output[for=predict-score]")).to_have_text("97.1 %")
    expect(page.get_by_text("by mini-batches, as in all lessons so far")).to_be_visible()  # SGD
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#veil")).to_be_hidden()
    expect(page.locator("#graph").get_by_text("your prediction")).to_be_visible()
    page.get_by_label("Your name on the board, or none").focus()
    page.keyboard.type("Ada <b>")
    page.keyboard.press("Enter")
    live = page.locator("#live")
    expect(live).to_contain_text("On the digits kept apart it reads")
    expect(live).to_contain_text("You expected 97.10 %: it is")
    expect(page.locator("#graph").get_by_text("yours")).to_be_visible()
    row = page.locator("#table tbody tr").filter(has_text="Ada <b>")
    expect(row).to_contain_text(re.compile(r"97\.10\s% \([+−]"))
    cells = row.locator("td").all_inner_texts()
    assert cells[0] == "785"
    assert re.fullmatch(r"9[67]\.\d\d\s%", cells[1])
    off = re.fullmatch(r"97\.10\s% \(([+−])(\d\.\d\d)\)", cells[3])
    assert off is not None
    more = float(f"{off[1]}{off[2]}".replace("−", "-"))
    assert abs(float(cells[1].removesuffix("%")) - 97.10 - more) < 0.011
    expect(live).to_contain_text(f"You expected 97.10 %: it is {off[2]} points {'more' if more > 0 else 'less'}.")
    expect(row).to_contain_text("yours")

    page.reload()
    expect(live).to_contain_text("On the digits kept apart it reads")
    page.get_by_label("Epochs, typed").fill("2")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="This is what I expect")).to_be_visible()
    expect(page.locator("#train")).to_be_disabled()
    page.get_by_label("Epochs, typed").fill("100")
    page.get_by_label("two, with a bend").check()
    page.get_by_label("Hidden units, typed").fill("40")
    page.keyboard.press("Tab")
    expect(page.locator("#price")).to_contain_text("more than there is: take fewer epochs or fewer units.")
    expect(page.get_by_role("button", name="This is what I expect")).to_be_disabled()
    expect(page.locator("#prediction")).to_contain_text("This recipe cannot be trained. 2,144,100 more than there is")
    page.get_by_label("Hidden units, typed").press("ArrowRight")
    expect(page).to_have_url(re.compile(r"hidden=40"))


def test_what_was_predicted_of_a_recipe_is_there_when_it_is_chosen_again(page: Page) -> None:
    predicted = page.get_by_role("button", name="Change it", exact=True)
    page.goto(QUICK)
    page.get_by_label("Its score").press("ArrowRight")
    page.get_by_role("button", name="This is what I expect").click()
    expect(predicted).to_be_visible()
    page.get_by_label("Epochs, typed").fill("2")
    page.keyboard.press("Tab")
    expect(predicted).to_be_hidden()
    page.get_by_label("Epochs, typed").fill("1")
    page.keyboard.press("Tab")
    expect(predicted).to_be_visible()
    expect(page.locator("output[for=predict-score]")).to_have_text("97.1 %")
    page.goto("/lessons/your-turn")  # as one comes back to it: with the first recipe
    expect(page.locator("#price")).to_contain_text("40")
    expect(predicted).to_be_hidden()
    expect(page.locator("#veil")).to_be_hidden()
    page.goto(QUICK)
    expect(predicted).to_be_visible()


def test_by_touch_and_a_second_tab_and_deleted_by_who_controls(phone: Page, page: Page) -> None:
    phone.goto(QUICK)
    phone.get_by_label("Its score").tap()
    phone.get_by_role("button", name="This is what I expect").tap()
    phone.locator("#train").scroll_into_view_if_needed()
    phone.locator("#train").tap()
    expect(phone.locator("#live")).to_contain_text("Your entry (one layer, rate 10, 1 epoch): score 9")
    fits(phone, 390)
    resize(phone, 320, 640)
    expect(phone.get_by_role("columnheader", name="Expected")).to_be_visible()
    until(phone, "() => result.scrollWidth <= result.clientWidth")

    page.goto(QUICK)
    page.locator("#veil button").evaluate("button => button.click()")
    row = page.locator("#table tbody tr").filter(has_text="No name")
    expect(row).to_contain_text("frontier")
    page.get_by_label("Its score").click()
    page.get_by_role("button", name="This is what I expect").click()
    page.locator("#train").click()
    expect(page.locator("#live")).to_contain_text("This recipe is on the board already, somebody has submitted it")
    page.get_by_role("button", name=re.compile("^Delete the entry of No name")).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    expect(phone.locator("#live")).to_contain_text("Your last entry is no longer on the board")


def test_reloaded_while_it_trains_it_goes_on_and_a_stopped_one_says_so(page: Page) -> None:
    page.goto("/lessons/your-turn?hidden=31&epochs=41&batch_size=32")
    page.get_by_label("Its score").click()
    page.get_by_role("button", name="This is what I expect").click()
    page.locator("#train").click()
    expect(page.locator("#live")).to_contain_text("it trains with three seeds")
    entry = next(each for each in page.request.get(ADDRESS).json()["entries"] if each["state"] == "training")
    sweep = page.request.get(f"/api/runs/{entry['runs'][0]}").json()["sweep"]
    slow = {"steps_per_second": 50}  # however long the page takes to open again
    assert page.request.post(f"/api/sweeps/{sweep}/control", data=slow).ok
    page.reload()
    expect(page.locator("#live")).to_contain_text("it trains with three seeds")
    assert page.request.post("/api/runs/stop", data={"runs": entry["runs"]}).ok
    expect(page.locator("#live")).to_contain_text("its runs were stopped before they had ended.")
    expect(page.locator("#train")).to_be_enabled()


def test_without_a_script_the_board_stands(new_page: Callable[..., Page], page: Page, complaints: list[str]) -> None:
    assert page.request.post(
        ADDRESS, data={"recipe": {"model": "linear", "epochs": 1}, "predicted": 0.9, "name": "Bo"}
    ).ok
    bare = new_page(java_script_enabled=False)
    bare.goto("/lessons/your-turn")
    expect(bare.locator("#table")).to_contain_text("Bo")
    expect(bare.locator("#table")).to_contain_text("model linear, epochs 1")
    expect(bare.get_by_text("To choose one takes JavaScript.")).to_be_visible()
    complaints[:] = [each for each in complaints if not each.endswith("(csp)")]  # scripts that are fetched beforehand


def test_a_lost_connection_is_said(page: Page, complaints: list[str]) -> None:
    page.goto(QUICK)
    page.locator("#veil button").evaluate("button => button.click()")
    expect(page.locator("[data-part=connection]")).to_have_attribute("data-state", "live")
    page.context.set_offline(True)
    expect(page.locator("#source")).to_contain_text("The connection is lost")
    expect(page.locator("#live")).to_contain_text("The connection is lost")
    page.context.set_offline(False)
    expect(page.locator("#live")).to_contain_text("Say first what it will score.")
    complaints[:] = [each for each in complaints if "ERR_INTERNET_DISCONNECTED" not in each]


def test_its_page_is_accessible_with_entries(page: Page, assert_accessible: Callable[[Page], None]) -> None:
    page.goto(QUICK)
    page.get_by_label("Its score").click()
    page.get_by_role("button", name="This is what I expect").click()
    page.locator("#train").click()
    expect(page.locator("#live")).to_contain_text("On the digits kept apart it reads")
    at_rest(page)
    assert_accessible(page)
