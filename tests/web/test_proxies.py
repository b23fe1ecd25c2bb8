"""Through real proxies: pages, links, REST and sockets; and what a client learns where one is set up wrongly."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.conftest import Server
from tests.proxies import REWRITING, UPGRADE, caddy, lines, nginx

PATIENCE = 60
"""Seconds, on a busy machine."""

get: Callable[..., httpx.Response] = partial(httpx.get, timeout=PATIENCE)
post: Callable[..., httpx.Response] = partial(httpx.post, timeout=PATIENCE)

Proxy = Callable[[Path, str, str], AbstractContextManager[str]]
Serve = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(scope="module", params=["nginx", "caddy", "path taken off", "host rewritten"])
def address(request: pytest.FixtureRequest, serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where people reach a server that stands behind a proxy."""
    folder: Path = tmp_path_factory.mktemp("proxy")
    below = ("--root-path", "/threeseven")
    taken_off = lines("nginx").replace("proxy_pass http://127.0.0.1:8000;", "proxy_pass http://127.0.0.1:8000/;")
    with ExitStack() as stack:

        def behind(proxy: Proxy, text: str, *options: str, **settings: str) -> str:
            server = stack.enter_context(serve(folder / "data", *options, **settings))
            return stack.enter_context(proxy(folder, server.url.removesuffix("/threeseven"), text))

        match request.param:
            case "nginx":
                yield behind(nginx, lines("nginx"), *below) + "/threeseven"
            case "path taken off":
                yield behind(nginx, taken_off, *below) + "/threeseven"
            case "caddy":
                yield behind(caddy, lines("caddy"))
            case "host rewritten":
                yield behind(nginx, REWRITING.format(upgrade=UPGRADE), allowed_hosts='["127.0.0.1"]')


def origin(address: str) -> Origin:
    return Origin("/".join(address.split("/")[:3]))


@pytest.mark.parametrize("page", ["/", "/runs", "/draw", "/docs", "/nothing-here"])
def test_all_that_a_page_links_to_is_there(address: str, page: str) -> None:
    with httpx.Client(timeout=PATIENCE, verify=False) as client:
        answer = client.get(address + page, headers={"accept": "text/html"})
        assert answer.status_code == (404 if page == "/nothing-here" else 200)
        linked = set(re.findall(r'(?:href|src)="([^"#]+)"', answer.text))
        assert len(linked) > 6
        for link in linked:
            assert client.get(urljoin(address + page, link)).status_code == 200, link


def test_a_run_is_started_watched_and_followed_by_its_location(address: str) -> None:
    started = post(f"{address}/api/runs", json={"epochs": 1}, headers={"origin": origin(address)})
    assert started.status_code == 201, started.text
    run = started.json()["id"]
    followed = get(urljoin(address, started.headers["location"]))
    assert followed.json()["id"] == run
    socket = address.replace("http", "ws", 1)
    with connect(f"{socket}/ws/runs/{run}", max_size=None, origin=origin(address)) as watching:
        frames = list(watching)
    assert '"RunFinished"' in str(frames[-1])
    with connect(f"{socket}/ws", origin=origin(address)) as page:
        assert "Heartbeat" in str(page.recv(timeout=60))


def test_a_photo_of_five_megabytes_comes_through(address: str, request: pytest.FixtureRequest) -> None:
    answer = post(f"{address}/predict", content=b"\x89PNG" + bytes(5_000_000), headers={"content-type": "image/png"})
    if "rewritten" in request.node.name:
        assert answer.status_code == 413, "nginx takes 1 MB unless it is told otherwise"
    else:
        assert (answer.status_code, answer.json()["title"]) == (422, "Unreadable picture")


def test_a_foreign_page_gets_nothing_through(address: str) -> None:
    foreign = {"origin": "http://elsewhere.example"}
    refused = post(f"{address}/api/runs", json={"epochs": 1}, headers=foreign)
    assert (refused.status_code, refused.json()["title"]) == (403, "Foreign origin")
    with pytest.raises(InvalidStatus) as refusal:
        connect(f"{address.replace('http', 'ws', 1)}/ws", additional_headers=foreign)
    assert refusal.value.response.status_code == 403


def test_an_address_with_a_slash_too_many_leads_to_the_page_whatever_the_proxy_calls_itself(
    serve: Serve, tmp_path: Path
) -> None:
    with serve(tmp_path / "data", "--root-path", "/threeseven") as server, server.client() as client:
        headers = {"host": "localhost:8000", "x-forwarded-proto": "https"}
        for path, to in (
            ("runs/", "runs"), ("lessons//", "lessons"), ("api/runs/?limit=1", "api/runs?limit=1"),
            ("runs/%C3%BC/", "runs/%C3%BC"),
        ):  # fmt: skip
            answer = client.get(f"/{path}", headers=headers)
            assert (answer.status_code, answer.headers.get("location")) == (307, f"/threeseven/{to}")
        for path in ("nowhere/", "/runs/"):  # of two slashes at its front a browser makes a host
            assert client.get(f"{server.url}/{path}", headers=headers).status_code == 404


def test_a_refusal_names_the_setting_that_would_allow_it(serve: Serve, tmp_path: Path) -> None:
    text = REWRITING.format(upgrade=UPGRADE)
    with serve(tmp_path / "data") as server, nginx(tmp_path, server.url, text) as proxy:
        name = proxy.replace("127.0.0.1", "localhost")
        refused = post(f"{proxy}/api/runs", json={"epochs": 1}, headers={"origin": name})
    assert (refused.status_code, "THREESEVEN_ALLOWED_HOSTS='[\"localhost\"]'" in refused.json()["detail"]) == (
        403,
        True,
    )


def test_the_address_of_a_client_is_what_a_trusted_proxy_says_and_no_other(serve: Serve, tmp_path: Path) -> None:
    def starts(server: Server) -> list[int]:
        """Of two clients with two starts each."""
        return [
            post(
                f"{server.url}/api/sweeps", json={"axes": {"epochs": [1]}}, headers={"x-forwarded-for": client}
            ).status_code
            for client in ("10.0.0.1", "10.0.0.2", "10.0.0.1")
        ]

    with serve(tmp_path / "trusted", class_size="1", runs_per_minute="1") as server:
        assert starts(server) == [201, 201, 429]
    with serve(
        tmp_path / "untrusted", "--forwarded-allow-ips", "10.9.9.9", class_size="1", runs_per_minute="1"
    ) as server:
        assert starts(server) == [201, 429, 429]


@pytest.mark.parametrize("wrong", ["threeseven", "/threeseven/", "/a b", "//x", "/?"])
def test_a_root_path_that_is_none_is_refused_by_name(serve: Serve, tmp_path: Path, wrong: str) -> None:
    with pytest.raises(RuntimeError), serve(tmp_path, "--root-path", wrong):
        pass
