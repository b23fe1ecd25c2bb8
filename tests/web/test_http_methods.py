"""Every address says truly what may be asked of it."""

import pytest


@pytest.mark.parametrize(
    "path", ["/", "/runs", "/api/runs", "/api/presets", "/healthz", "/metrics", "/static/css/tokens.css", "/nothing"]
)
def test_head_is_get_without_its_body(server, path):
    with server.client() as client:
        whole, head = client.get(path), client.head(path)
    assert head.status_code == whole.status_code
    assert head.content == b""
    assert head.headers["content-type"] == whole.headers["content-type"]


def test_head_of_an_export_does_not_make_it(server):
    run = server.start()["id"]
    server.until(run, "RunFinished")
    with server.client() as client:
        for _ in range(3):  # the connection stays good for the next request
            head = client.head(f"/api/runs/{run}/metrics?format=csv")
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/runs", {"GET", "HEAD", "POST"}),
        ("/api/runs/any", {"GET", "HEAD", "PATCH", "DELETE"}),
        ("/healthz", {"GET", "HEAD"}),
        ("/predict", {"POST"}),
    ],
)
def test_allow_names_every_method(server, path, methods):
    with server.client() as client:
        answer = client.put(path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == methods
        assert answer.json()["detail"] == f"PUT is not for this address, which takes {answer.headers['allow']}."


@pytest.mark.parametrize("path", ["/ws", "/ws/live", "/ws/runs/any"])
def test_a_websocket_address_says_what_it_is_for(server, path):
    with server.client() as client:
        answer = client.get(path)
        assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")
        assert "WebSockets" in answer.json()["detail"]


def test_an_address_that_is_not_there_is_said_to_be_empty(server):
    with server.client() as client:
        answer = client.get("/api/nothing")
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is nothing at this address.")
        page = client.get("/nothing", headers={"Accept": "text/html"})
        assert (page.status_code, "There is nothing at this address." in page.text) == (404, True)
        assert "Not Found" not in page.text
