"""Other sites' pages and rebound names get nothing; every answer carries the headers that keep browsers strict."""

from urllib.parse import urlsplit

import httpx
import pytest
from starlette.routing import Route
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from app.main import create_app
from app.settings import Settings


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.168.1.5", "", "["])
def test_foreign_host_is_refused(server, host):
    with server.client(headers={"host": host}) as client:
        answer = client.get("/healthz")
    assert answer.status_code in (400, 421)
    assert "ok" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:1234", "127.0.0.1", "127.8.8.8:80", "[::1]:8000"])
def test_loopback_names_are_answered(server, host):
    with server.client(headers={"host": host}) as client:
        assert client.get("/healthz").text == "ok\n"


def test_a_further_name_is_answered_however_it_is_written(serve, tmp_path):
    with serve(tmp_path, allowed_hosts='["Lab.Local"]') as server:
        for host in ("lab.local", "LAB.local:8000"):
            with server.client(headers={"host": host}) as client:
                assert client.get("/healthz").text == "ok\n"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "https://127.0.0.1.evil.example", "http://[x", ""]
)
def test_another_sites_page_cannot_start_a_run(server, origin):
    with server.client(headers={"origin": origin}) as client:
        answer = client.post("/api/runs", json={"epochs": 1})
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
        assert client.get("/api/runs").status_code == 200, "reading is harmless: browsers keep the answer from the page"


def test_a_proxy_may_rewrite_the_host_where_the_name_is_allowed(serve, tmp_path):
    with serve(tmp_path, allowed_hosts='["lab.example"]') as server, server.client() as client:
        for origin in ("http://lab.example", "https://LAB.example:8443"):
            answer = client.post("/api/runs/stop-nothing/control", json={"action": "stop"}, headers={"origin": origin})
            assert answer.status_code == 404, "the door let it in"
        refused = client.post("/api/runs", json={}, headers={"origin": "https://other.example"})
    assert refused.status_code == 403
    assert "THREESEVEN_ALLOWED_HOSTS='[\"other.example\"]'" in refused.json()["detail"]


def test_a_page_of_this_machine_at_the_servers_own_port_is_ours_by_any_loopback_name(server):
    port = urlsplit(server.url).port
    with server.client() as client:
        own = client.post(
            "/api/runs/x/control", json={"action": "stop"}, headers={"origin": f"http://localhost:{port}"}
        )
        other = client.post("/api/runs/x/control", json={"action": "stop"}, headers={"origin": "http://localhost:1"})
    assert (own.status_code, other.status_code) == (404, 403)


def test_what_a_browser_calls_cross_site_changes_nothing(server):
    with server.client(headers={"sec-fetch-site": "cross-site"}) as client:
        assert client.post("/api/runs", json={"epochs": 1}).status_code == 403
        assert client.get("/api/runs").status_code == 200


def test_another_sites_page_cannot_watch(server):
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{server.ws}/ws/live", origin=Origin("http://evil.example"))
    assert refused.value.response.status_code == 403


def test_a_page_learns_why_it_may_not_watch(server):
    with server.client() as client:
        own = client.post("/api/handshake", headers={"origin": server.url})
        foreign = client.post("/api/handshake", headers={"origin": "http://evil.example"})
        rebound = client.post("/api/handshake", headers={"host": "evil.example"})
    assert [each.status_code for each in (own, foreign, rebound)] == [200] * 3
    assert own.json() == {"refused": None}
    assert "THREESEVEN_ALLOWED_HOSTS='[\"evil.example\"]'" in foreign.json()["refused"]
    assert "does not answer to 'evil.example'" in rebound.json()["refused"]
    assert "THREESEVEN_ALLOWED_HOSTS='[\"evil.example\"]'" in rebound.json()["refused"]


@pytest.mark.parametrize(
    ("host", "named"), [("upstream:8000", "upstream"), ("A_b-c.example", "a_b-c.example"), ("a'$(b)", "the.name")]
)
def test_a_host_that_is_refused_is_named_in_the_setting_unless_a_shell_would_read_it(server, host, named):
    with server.client(headers={"host": host}) as client:
        assert f"THREESEVEN_ALLOWED_HOSTS='[\"{named}\"]'." in client.get("/healthz").json()["detail"]


def test_own_page_may_watch(server):
    with connect(f"{server.ws}/ws/live", origin=server.url):
        pass


@pytest.mark.parametrize("path", ["/", "/api/runs", "/static/css/tokens.css", "/nothing", "/openapi.json"])
def test_every_answer_carries_the_strict_headers(server, path):
    with server.client() as client:
        headers = client.get(path).headers
    assert (
        "script-src" in headers["content-security-policy"] or "default-src 'self'" in headers["content-security-policy"]
    )
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.anyio
async def test_even_an_error_of_our_own_carries_them(tmp_path):
    app = create_app(Settings(data_dir=tmp_path))

    async def fails(request):
        raise RuntimeError("secret")

    app.routes.insert(0, Route("/fails", fails))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/fails")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert "secret" not in answer.text


def test_a_body_over_the_limit_is_refused_by_its_length(server):
    with server.client() as client:
        answer = client.post("/api/runs", content=b" " * 100_000, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert "65,536" in answer.json()["detail"]


def test_a_body_without_a_length_is_refused_when_it_grows_too_large(server):
    def endless():
        for _ in range(100):
            yield b" " * 10_000

    with server.client() as client:
        answer = client.post("/api/runs", content=endless(), headers={"content-type": "application/json"})
    assert answer.status_code == 413
