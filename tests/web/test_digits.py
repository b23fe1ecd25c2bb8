"""The pack of digits: small on the way, kept for ever, and read by a client that knows its layout only."""

import gzip
import struct

import httpx
import pytest

from app.data import embedded

URL = "/api/digits?split=valid"


def test_a_client_reads_images_and_labels(client):
    answer = client.get(URL)
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    magic, count, height, width, reserved = struct.unpack_from("<4sIHHI", answer.content)
    assert (magic, count, height, width, reserved) == (b"D37\x01", 2038, 28, 28, 0)
    labels = answer.content[16 : 16 + count]
    assert (labels.count(3), labels.count(7)) == (1010, 1028)
    pixels = answer.content[16 + count :]
    assert pixels == embedded()["valid_images"].tobytes()


def test_it_is_small_on_the_way_and_plain_for_who_wants_it_so(client):
    with client.stream("GET", URL) as answer:
        sent = b"".join(answer.iter_raw())
    assert len(sent) < 330_000
    plain = client.get(URL, headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert plain.content == gzip.decompress(sent)
    assert plain.headers["vary"] == answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_it_is_kept_for_ever_and_not_sent_twice(client, accepted):
    headers = {"Accept-Encoding": accepted}
    first = client.get(URL, headers=headers)
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = client.get(URL, headers=headers | {"If-None-Match": f'"another", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = client.get(URL, headers=headers | {"If-None-Match": '"another"'})
    assert other.status_code == 200


def test_each_encoding_has_a_tag_of_its_own(client):
    tags = {client.get(URL, headers={"Accept-Encoding": name}).headers["etag"] for name in ("gzip", "identity")}
    assert len(tags) == 2


def test_an_unknown_split_is_refused_by_its_name(client):
    answer: httpx.Response = client.get("/api/digits?split=test")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["split"]
    assert "valid" in answer.json()["detail"]
