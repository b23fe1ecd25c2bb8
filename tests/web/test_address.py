"""The address that a class opens: by the name that the teacher came by, or this machine's own in the room."""

import re
from xml.etree import ElementTree

import pytest
from starlette.requests import Request

from app.settings import Settings
from app.web import address
from app.web.address import address_of, own_address

OPEN = Settings(host="0.0.0.0", open=True)


def asked(host, *, scheme="http", root=""):
    scope = {"type": "http", "scheme": scheme, "path": "/", "query_string": b"", "headers": [(b"host", host.encode())]}
    return Request({**scope, "root": root} if root else scope)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asked("192.168.1.5:8000"), "http://192.168.1.5:8000/draw"),
        (asked("lab.example", scheme="https", root="/threeseven"), "https://lab.example/threeseven/draw"),
        (asked("[2001:db8::1]:8000"), "http://[2001:db8::1]:8000/draw"),
    ],
)
def test_a_name_that_others_can_use_is_kept(request_, expected):
    found = address_of(request_, OPEN, "/draw")
    assert (found.address, found.reachable) == (expected, True)


def test_on_its_own_machine_the_teacher_gets_the_address_for_the_room(monkeypatch):
    monkeypatch.setattr(address, "own_address", lambda: "10.0.0.7")
    assert address_of(asked("localhost:8000"), OPEN, "/").address == "http://10.0.0.7:8000/"
    closed = address_of(asked("127.0.0.1:8000"), Settings(), "/")
    assert not closed.reachable
    assert closed.would_be == "http://10.0.0.7:8000/"
    monkeypatch.setattr(address, "own_address", lambda: None)
    alone = address_of(asked("localhost:8000"), OPEN, "/")
    assert not alone.reachable


def test_a_machine_knows_its_own_address_or_that_it_has_none():
    own = own_address()
    assert own is None or re.fullmatch(r"\d+\.\d+\.\d+\.\d+", own)


def test_the_code_is_a_picture_with_light_around_it(server):
    with server.client() as client:
        answer = client.get("/qr.svg", params={"path": "/runs/ä?a=1"})
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["cache-control"] == "no-store"
        picture = ElementTree.fromstring(answer.text)
        assert picture.tag.endswith("svg")
        told = client.get("/api/address", params={"path": "/runs/ä?a=1"}).json()
        assert told["address"] == f"{server.url}/runs/%C3%A4?a=1"
        assert client.get("/qr.svg", params={"path": "elsewhere"}).status_code == 422
