"""The lesson on tensors: what an index picks, what PyTorch refuses, and pixels in another order."""

import re

import torch
from playwright.sync_api import Page, expect

from app.learning.dataset import load
from tests.browser.waiting import at_rest, until, until_is

FLOAT = r"(\d\d\.\d\d)\s%"


def test_an_index_cuts_the_stack_and_the_cuts_write_the_index(page: Page) -> None:
    page.goto("/lessons/tensors")
    page.get_by_label("What is the shape of stack[5, :, 14]?").fill("[28, 1]")
    page.keyboard.press("Enter")
    expect(page.locator("#words-now")).to_contain_text("stack[5, :, 14] has the shape [28]; you expected [28, 1].")
    picked = page.locator("#picked")
    digits = load()
    stack = (digits.valid_images[digits.valid_targets == 1] / 255).view(-1, 28, 28)
    column = ", ".join(f"{round(number, 2):g}" for number in stack[5, :, 14].tolist())
    expect(picked).to_have_text("stack[5, :, 14] has rank 1 and the shape [28]: 28 numbers.")
    expect(page.locator("#picked-list")).to_have_text(column)
    index = page.get_by_label("Index", exact=True)
    index.fill("stack[-1, 4:24, ::2]")
    expect(picked).to_contain_text("stack[-1, 4:24, ::2] has rank 2 and the shape [20, 14]: 280 numbers")
    expect(page.get_by_label("Image, typed")).to_have_value("1009")
    expect(page.locator("#source")).to_contain_text("images 946 to 1,009 of the 1,010 3s")
    expect(page).to_have_url(re.compile(r"at=stack%5B-1%2C"))
    index.fill("stack[5, 9, 14, 0]")
    refusal = page.get_by_text("PyTorch says: IndexError: too many indices for tensor of dimension 3", exact=True)
    expect(refusal).to_be_visible()
    expect(picked).to_contain_text("stack[5, 9, 14, 0]: refused. PyTorch says: IndexError: too many indices")
    expect(picked).to_contain_text("Shown is still stack[-1, 4:24, ::2].")
    expect(page.locator("#stack")).to_have_css("opacity", "0.3")
    page.get_by_label("Row", exact=True).focus()
    page.keyboard.press("Home")
    expect(index).to_have_value("stack[1009, 0, ::2]")
    expect(refusal).to_be_hidden()
    page.get_by_label("Only one image").uncheck()
    expect(index).to_have_value("stack[:, 0, ::2]")
    column_typed = page.get_by_label("Column, typed")
    column_typed.fill("20")
    column_typed.press("Enter")
    expect(picked).to_contain_text("stack[:, 0, 20] has rank 1 and the shape [1010]: 1,010 numbers")
    page.get_by_role("button", name="number: stack[1009, 0, 20]").press("Enter")
    expect(picked).to_have_text("stack[1009, 0, 20] has rank 0 and the shape []: a single number.")
    expect(page.locator("#picked-list")).to_have_text(f"{round(stack[1009, 0, 20].item(), 2):g}")
    expect(page.locator("#at-place")).to_have_text(f"{1009 * 784 + 20:,}")


def test_the_network_reads_what_nobody_can(page: Page) -> None:
    page.goto("/lessons/tensors?order=2")
    page.locator("#veil button").evaluate("button => button.click()")
    expect(page.get_by_role("radio", name="a third")).to_be_checked()
    words = page.locator("#words-now")
    expect(words).to_contain_text("After 5 epochs the network reads")
    expect(words).to_contain_text(re.compile(f"{FLOAT}.*{FLOAT}", re.DOTALL))
    plain, shuffled = map(float, re.findall(FLOAT, words.inner_text()))
    assert plain > 96
    assert abs(plain - shuffled) < 1
    until(
        page,
        """() => {
          const [moved, before] = [...document.querySelectorAll(".shuffled-pair:first-child canvas")].map((canvas) =>
            [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 3));
          const sorted = (inks) => inks?.toSorted((one, other) => one - other).join();
          return before && moved.join() !== before.join() && sorted(moved) === sorted(before);
        }""",
    )
    said = page.locator("#beside [data-about=jagged] [data-by=torch]")
    expect(said).to_contain_text("expected sequence of length 2 at dim 1 (got 1)")
    expect(page.locator("#beside-source")).to_contain_text(f"PyTorch {torch.__version__}")
    expect(page.locator("#timings td").first).to_have_text(re.compile(r"^[\d.]+ ms$"))


def test_it_is_cut_by_touch(phone: Page) -> None:
    phone.goto("/lessons/tensors")
    phone.locator("#veil button").evaluate("button => button.click()")
    phone.get_by_role("button", name="stack[5, :, 14:15]", exact=True).tap()
    expect(phone.locator("#picked")).to_have_text("stack[5, :, 14:15] has rank 2 and the shape [28, 1]: 28 numbers.")
    phone.get_by_label("Only one row").tap()
    expect(phone.get_by_label("Index", exact=True)).to_have_value("stack[5, 13, 14:15]")
    phone.get_by_role("button", name="image: stack[5]").tap()
    expect(phone.locator("#picked")).to_have_text("stack[5] has rank 2 and the shape [28, 28]: 784 numbers.")
    tops = "pairs => new Set(pairs.map(pair => Math.round(pair.getBoundingClientRect().top))).size"
    assert phone.locator(".shuffled-pair").evaluate_all(tops) == 1
    until_is(
        phone,
        """() => [...document.querySelectorAll(".lesson-figure :is(.button, input, label)")]
          .filter((each) => !each.htmlFor && !["checkbox", "radio"].includes(each.type))
          .filter((each) => each.offsetHeight && each.offsetHeight < 44).map((each) => each.outerHTML)""",
        [],
    )


def test_at_rest_all_of_the_stack_is_drawn(page: Page) -> None:
    """While one moves on to other images only half of them are."""
    page.goto("/lessons/tensors?at=stack[200,+:,+14]")
    page.locator("#veil button").evaluate("button => button.click()")
    source = page.locator("#source")
    expect(source).to_contain_text("images 192 to 255")
    drawn = "() => document.querySelector('.stack-view').toDataURL()"
    before = at_rest(page, drawn)
    index = page.get_by_label("Index", exact=True)
    index.fill("stack[5, :, 14]")
    expect(source).to_contain_text("images 0 to 63")
    assert at_rest(page, drawn) != before
    index.fill("stack[200, :, 14]")
    expect(source).to_contain_text("images 192 to 255")
    assert at_rest(page, drawn) == before
