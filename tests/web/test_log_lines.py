"""What visitors do wrong leaves few lines in the server's output: nobody fills the disk with them."""

import logging
import socket
from contextlib import ExitStack

import httpx
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from app.web.seldom import SeldomTracebacks
from scripts.serving import serving

MANY = 20

FAULTY = """
import asyncio, logging
from starlette.responses import Response
from starlette.routing import Route
from app.main import create_app
from app.serving import run
from app.settings import Settings

async def fails(request):
    raise RuntimeError(f"at {request.url.path}")

async def lost(request):
    async def forgotten():
        raise LookupError(f"at {request.url.path}")
    asyncio.create_task(forgotten())
    return Response()

async def logs(request):
    try:
        raise KeyError(request.url.path)
    except KeyError:
        logging.getLogger("app.web.anything").exception("It cannot go on: %s.", request.url.path)
    return Response()

def create(settings):
    app = create_app(settings)
    app.routes[:0] = [Route("/%s/{n}" % f.__name__, f) for f in (fails, lost, logs)]
    return app

run(Settings(), create)
"""
"""A server with three bugs."""


def say(server, data, *, stay=True):
    """Send this over a connection of its own, and read what comes until its end, or leave at once."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(data)
        try:
            while stay and connection.recv(65_536):
                pass
        except ConnectionResetError:
            pass


def test_a_bug_leaves_its_traceback_once_a_minute(tmp_path, capfd):
    (tmp_path / "faulty.py").write_text(FAULTY)
    with serving(tmp_path, module=("faulty",), cwd=tmp_path, path=[tmp_path], warm_workers="false") as server:
        for number in range(MANY):
            for path, status in (("fails", 500), ("lost", 200), ("logs", 200)):
                # A connection each: after an error the server closes it. No TLS, which takes each 23 ms to prepare.
                assert httpx.get(f"{server.url}/{path}/{number}", timeout=60, verify=False).status_code == status
    said = capfd.readouterr().err
    for error in ("RuntimeError: at /fails/0", "LookupError: at /lost/0", "KeyError: '/logs/0'"):
        assert error in said
    assert said.count("Traceback (most recent call last)") <= 4, said
    assert "/19" not in said


def test_how_many_lines_were_left_out_is_said(monkeypatch):
    error = (ValueError, ValueError("x"), None)
    seldom = SeldomTracebacks()

    def said(exc_info):
        record = logging.LogRecord("app", logging.ERROR, "file", 1, "%s has failed", ("it",), exc_info)
        return record.getMessage() if seldom.filter(record) else None

    assert said(None) == said(None) == "it has failed"  # no traceback
    assert [said(error) for _ in range(3)] == ["it has failed", None, None]
    monkeypatch.setattr("app.web.seldom.time.monotonic", lambda: float("inf"))
    assert said(error) == "it has failed (2 such lines were left out)"


def test_what_visitors_do_wrong_leaves_few_lines(serve, tmp_path, capfd):
    with (
        serve(tmp_path, "--token", "s3same", viewers_per_address="1") as server,
        server.client() as client,
        ExitStack() as stack,
    ):
        watching = stack.enter_context(connect(f"{server.ws}/ws", max_queue=None))
        watching.recv(timeout=60)  # more than one are refused
        for number in range(MANY):
            second = stack.enter_context(connect(f"{server.ws}/ws", max_queue=None))
            with pytest.raises(WebSocketException):
                second.recv(timeout=60)
            say(server, b"\x16\x03\x01 no HTTP at all\r\n\r\n")
            cut = b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{"
            say(server, cut, stay=False)
            say(server, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")
            keyless = b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
            say(server, keyless, stay=False)
            assert client.get(f"/nothing/{number}").status_code == 404
            assert client.get("/", headers={"host": f"elsewhere-{number}.example"}).status_code == 421
            assert client.post("/api/runs", json={}).status_code == 401
            assert client.post("/predict", content=b"no picture", headers={"content-type": "image/png"}).is_client_error
            with pytest.raises(WebSocketException):
                connect(f"{server.ws}/ws", additional_headers={"origin": "http://elsewhere.example"})
        httpx.post(f"{server.url}/api/session", content=b"[" * 60_000, timeout=30)
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) <= 5, "\n".join(lines[:20])
