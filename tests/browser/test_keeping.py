"""What pages say of runs that the server removed, or whose models it did, to keep within `--keep-bytes`."""

from collections import deque
from collections.abc import Callable

from playwright.sync_api import Page, expect
from websockets.sync.client import connect

from tests.browser.steering import start


def test_what_was_removed_is_said_beside_the_list_and_on_the_runs_page(
    start_server: Callable[..., str], new_page: Callable[..., Page]
) -> None:
    """There is room for one run of 1.3 MB and another one's log."""
    server = start_server(keep_bytes="3MB")
    runs = []
    for _ in range(3):
        runs.append(start(server, preset="textbook", epochs=1))
        with connect(f"{server.replace('http', 'ws', 1)}/ws/runs/{runs[-1]}", max_queue=None) as socket:
            deque(socket, 0)
    page = new_page(base_url=server)
    page.goto("/runs")
    expect(page.get_by_role("row", name="“Textbook #1”")).to_have_count(0)
    expect(page.get_by_role("row", name="“Textbook #2”")).to_contain_text("models removed")
    page.locator("#storage summary", has_text="of 3 MB stored").click()
    storage = page.locator("#storage")
    expect(storage).to_contain_text("of 3 MB that they may.")
    expect(storage).to_contain_text("To stay within the limit, “Textbook #1” was removed.")
    expect(storage).to_contain_text("To stay within the limit, the models of “Textbook #2” were removed.")

    card = page.get_by_role("link", name="How well it reads, and all ten digits")
    model = page.get_by_role("link", name="The model as safetensors")
    removed = page.get_by_text("The server removed its models to make room for newer runs")
    page.goto(f"/runs/{runs[2]}")
    expect(model).to_be_visible()
    expect(card).to_be_visible()
    expect(removed).to_be_hidden()
    page.goto(f"/runs/{runs[1]}")
    expect(removed).to_be_visible()
    expect(model).to_be_hidden()
    expect(card).to_be_hidden()
    expect(page.locator(".tile")).to_have_count(30)
