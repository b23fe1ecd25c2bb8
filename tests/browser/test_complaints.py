"""The watch over the pages is awake: what the other browser tests rely on when they are green."""

from playwright.sync_api import Page


def test_errors_failures_and_foreign_requests_are_heard(page: Page, complaints: list[str]) -> None:
    page.goto("/draw", wait_until="networkidle")
    assert complaints == []
    with page.expect_console_message(lambda message: message.text == "logged"):
        page.evaluate("console.error('logged')")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('thrown') })")
    with page.expect_console_message(lambda message: "img-src" in message.text):  # of the Content-Security-Policy
        page.evaluate("new Image().src = 'http://127.0.0.1:9/elsewhere.png'")
    with page.expect_event("requestfailed", lambda request: request.url == "http://127.0.0.1:9/"):
        page.evaluate("location.assign('http://127.0.0.1:9/')")
    heard = "\n".join(complaints)
    complaints.clear()
    assert "console: logged" in heard
    assert "thrown" in heard
    assert "img-src" in heard
    assert "another origin: http://127.0.0.1:9/" in heard
    assert "ERR_CONNECTION_REFUSED" in heard or "ERR_UNSAFE_PORT" in heard
