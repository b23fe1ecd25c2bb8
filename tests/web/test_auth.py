"""With a token, everybody may watch and draw and only its holders control; beyond loopback one is asked for."""

import asyncio
import os
import re
import stat
import time

import pytest
from starlette.requests import Request

from app.settings import Settings
from app.web import auth, guesses
from app.web.auth import Auth, session_key
from app.web.problems import Problem
from tests.forked import threeseven


@pytest.fixture(scope="module")
def guarded(serve, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("guarded"), "--host", "0.0.0.0", "--token", "s3same") as server:
        yield server


def test_without_the_token_one_may_watch_but_not_start(guarded):
    with guarded.client() as client:
        assert client.get("/").status_code == 200
        assert client.get("/api/session").json() == {"control": False, "token_needed": True}
        refused = client.post("/api/runs", json={"epochs": 1})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), [("POST", "/control"), ("PATCH", ""), ("DELETE", "")])
def test_no_change_to_a_run_without_the_token(guarded, method, path):
    with guarded.client() as client:
        assert client.request(method, f"/api/runs/any{path}", json={"action": "stop"}).status_code == 401


def test_the_token_as_bearer(guarded):
    with guarded.client(headers={"authorization": "Bearer s3same"}) as client:
        assert client.get("/api/session").json()["control"] is True
    with guarded.client(headers={"authorization": "Bearer s3sam"}) as client:
        assert client.get("/api/session").json()["control"] is False


def test_a_browser_trades_the_token_for_a_cookie_that_scripts_cannot_read(guarded):
    with guarded.client() as client:
        wrong = client.post("/api/session", json={"token": "guess"})
        assert wrong.status_code == 401
        assert wrong.json()["errors"][0]["field"] == "token"
        right = client.post("/api/session", json={"token": "s3same"})
        assert right.json()["control"] is True
        assert "httponly" in right.headers["set-cookie"].lower()
        assert "s3same" not in right.headers["set-cookie"]
        assert client.get("/api/session").json()["control"] is True


def test_a_sign_out_forgets_the_cookie(guarded):
    with guarded.client() as client:
        client.post("/api/session", json={"token": "s3same"})
        assert client.delete("/api/session").json()["control"] is False
        assert client.get("/api/session").json()["control"] is False


def signed_in(server):
    """Name and value of a new session's cookie."""
    with server.client() as client:
        client.post("/api/session", json={"token": "s3same"})
        ((name, value),) = client.cookies.items()
    return name, value


def test_a_session_opens_one_server_only_and_outlives_it_but_not_its_token(guarded, serve, tmp_path):
    with serve(tmp_path, "--token", "s3same") as other, other.client() as client:
        (name, one), (_, another), (elsewhere, _) = signed_in(guarded), signed_in(guarded), signed_in(other)
        assert one != another, "it is no function of the token"
        assert name != elsewhere, "browsers share cookies between the ports of a host"
        with other.client(cookies={elsewhere: one}) as visitor:
            assert visitor.get("/api/session").json()["control"] is False
        with guarded.client(cookies={name: one}) as visitor:
            assert visitor.get("/api/session").json()["control"] is True
        client.post("/api/session", json={"token": "s3same"})
        cookies = dict(client.cookies)
    key = tmp_path / "session.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    for token, control in (("s3same", True), ("another", False)):
        with serve(tmp_path, "--token", token) as server, server.client(cookies=cookies) as client:
            assert client.get("/api/session").json()["control"] is control


def test_a_key_that_an_earlier_server_could_not_write_is_made_anew(tmp_path):
    file = tmp_path / "data" / "session.key"
    file.parent.mkdir()
    file.touch()  # what a full disk has left of it
    key = session_key(file)
    assert len(key) == auth.KEY_BYTES
    assert session_key(file) == key
    assert list(file.parent.iterdir()) == [file]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_where_no_key_can_be_kept_sessions_last_as_long_as_the_server(tmp_path, caplog):
    (tmp_path / "file").touch()
    file = tmp_path / "file" / "session.key"  # a folder that cannot be made, for root neither
    assert len(session_key(file)) == auth.KEY_BYTES
    assert f"Sessions end with this server, since {file} cannot be kept" in caplog.text


def test_a_key_that_another_server_makes_at_the_same_time_is_taken(tmp_path, monkeypatch):
    file, link = tmp_path / "session.key", os.link

    def later(source, target):
        file.write_bytes(b"another server's key of 32 bytes")
        link(source, target)

    monkeypatch.setattr(os, "link", later)
    assert session_key(file) == b"another server's key of 32 bytes"


@pytest.mark.parametrize("how", ["bearer", "sign-in"])
@pytest.mark.anyio
async def test_an_address_that_guesses_is_checked_slowly_but_the_right_token_is_still_taken(how, monkeypatch):
    monkeypatch.setattr(guesses, "SLOW_SECONDS", 0.01)
    tried = Auth(Settings(token="s3same"), bytes(32))

    async def present(token, address="10.0.0.1"):
        if how == "sign-in":
            return await tried.accepts(request(address), token)
        return await tried.may_control(request(address, f"Bearer {token}"))

    assert not any([await present(f"guess {n}") for n in range(auth.WRONG_TOKENS.amount)])
    async with asyncio.TaskGroup() as group:
        further = [group.create_task(refused(present(f"further {n}"))) for n in range(guesses.SLOW_PLACES + 5)]
    assert [task.result() for task in further].count(429) == 5, "one at a time, and only so many may wait"
    assert await present("s3same"), "a school has one address for all"
    assert await present("s3same", address="10.0.0.2")


async def refused(check):
    try:
        return await check
    except Problem as problem:
        return problem.status


def request(address, authorization=""):
    headers = [(b"authorization", authorization.encode())] if authorization else []
    return Request({"type": "http", "client": (address, 1), "headers": headers})


def test_controls_and_starts_are_limited(serve, tmp_path):
    """A sweep is one start, however many runs it has."""
    limits = {"controls_per_minute": "2", "runs_per_minute": "2", "class_size": "1"}
    with serve(tmp_path, **limits) as server, server.client() as client:
        controls = [client.post("/api/runs/none/control", json={"action": "pause"}) for _ in range(3)]
        run = "/api/runs", {"epochs": 1}
        sweep = "/api/sweeps", {"epochs": 1, "axes": {"seed": [0, 1, 2]}}
        starts = [client.post(path, json=asked) for path, asked in (sweep, run, sweep, run)]
    assert [a.status_code for a in controls] == [404, 404, 429]
    assert 1 <= int(controls[-1].headers["retry-after"]) <= 60
    assert [a.status_code for a in starts] == [201, 201, 429, 429]
    assert starts[-1].headers["retry-after"]


@pytest.mark.anyio
async def test_an_ipv6_network_guesses_as_one(monkeypatch):
    monkeypatch.setattr(guesses, "SLOW_SECONDS", 3600.0)
    tried = Auth(Settings(token="s3same"), bytes(32))

    async def guess(address):
        return await refused(tried.accepts(request(address), "guess"))

    for number in range(auth.WRONG_TOKENS.amount):
        assert await guess(f"2001:db8::{number + 1}") is False
    assert await guess("2001:db8:0:1::1") is False  # another network: at once
    assert await guess("::ffff:192.0.2.1") is False
    slow = [asyncio.create_task(guess(f"2001:db8::{number:x}:1")) for number in range(guesses.SLOW_PLACES + 1)]
    done, waiting = await asyncio.wait(slow, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result() for task in done] == [429]
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


@pytest.mark.anyio
async def test_a_clock_that_is_set_back_keeps_nobody_waiting(monkeypatch):
    clock, now = time.time, [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])
    counting = Auth(Settings(runs_per_minute=2, class_size=1), b"")

    def start():
        try:
            counting.count_start(request("10.0.0.1"))
        except Problem as problem:
            return int((problem.headers or {})["Retry-After"])
        return None

    assert [start(), start()] == [None, None]
    assert 1 <= start() <= 60
    now[0] = clock() - 3600
    assert start() is None


def test_every_change_of_a_server_is_counted(serve, tmp_path):
    starts = {("post", "/api/runs"), ("post", "/api/sweeps")}  # counted by themselves
    with serve(tmp_path, "--token", "s3same", controls_per_minute="1") as server, server.client() as visitor:
        paths = visitor.get("/openapi.json").json()["paths"]
        changes = {(method, path) for path, methods in paths.items() for method in methods if method != "get"} - starts

        def status(client, method, path):
            return client.request(method, re.sub(r"\{\w+\}", "none", path), json={}).status_code

        controlled = {change for change in changes if status(visitor, *change) == 401}
        assert ("delete", "/api/runs/{run}") in controlled
        with server.client(cookies=dict([signed_in(server)])) as client:
            client.patch("/api/runs/none", json={"name": "one"})
            assert {change: status(client, *change) for change in controlled} == dict.fromkeys(controlled, 429)


def test_thirty_behind_one_address_are_a_class(serve, tmp_path):
    """Each has what one may, and one who asks for more takes nothing from the others."""

    def pause(session, times):
        with server.client(cookies=dict([session])) as client:
            return [client.post("/api/runs/none/control", json={"action": "pause"}) for _ in range(times)]

    with serve(tmp_path, "--token", "s3same", controls_per_minute="2", class_size="10") as server:
        for _ in range(10):
            answers = pause(signed_in(server), 3)
            assert [a.status_code for a in answers] == [404, 404, 429]
            assert "in one session" in answers[-1].json()["detail"]
            assert int(answers[-1].headers["retry-after"]) >= 1
        (answer,) = pause(signed_in(server), 1)
        assert answer.status_code == 429
        assert "from one address" in answer.json()["detail"]


def test_beyond_loopback_a_token_or_open_is_asked_for(tmp_path):
    refused = threeseven("serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", str(tmp_path))
    assert refused.returncode == 2
    assert "--token" in refused.stderr
    assert "--open" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("given", [{"THREESEVEN_TOKEN": ""}, {}])
def test_an_empty_token_is_none(tmp_path, monkeypatch, given):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    options = [] if given else ["--token", ""]
    refused = threeseven("serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", str(tmp_path), *options)
    assert refused.returncode == 2
    assert "--token" in refused.stderr


def test_a_token_may_have_any_letters(serve, tmp_path):
    with serve(tmp_path, "--token", "sésame") as server:
        with server.client(headers={"authorization": "Bearer sésame".encode()}) as client:
            assert client.get("/api/session").json()["control"] is True
        with server.client() as client:
            assert client.post("/api/session", json={"token": "sésame"}).status_code == 200


def test_open_says_at_start_what_it_means(serve, tmp_path):
    with serve(tmp_path, "--host", "0.0.0.0", "--open") as server:
        assert "Anyone" in server.process.stdout.readline()
        with server.client(headers={"host": "192.168.1.5:8000"}) as client:
            assert client.get("/api/session").json() == {"control": True, "token_needed": False}
        with server.client(headers={"host": "evil.example"}) as client:
            assert client.get("/healthz").status_code == 421, "names can be rebound, addresses cannot"
