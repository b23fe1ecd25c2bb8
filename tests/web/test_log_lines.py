"""What visitors do wrong leaves few lines in the server's output: nobody fills the disk with them."""

import socket
from contextlib import ExitStack

import httpx
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

MANY = 20


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
