"""Labelled drawings on the server: kept, listed and deleted by who controls it, and by nobody else."""

import pytest

ADDRESS = "/api/drawings"
SIGNED = {"authorization": "Bearer secret"}


@pytest.fixture(scope="module")
def client(serve, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("drawings"), token="secret") as server, server.client() as client:
        yield client


def drawing(ink, label=3, points=2):
    return {"label": label, "strokes": [[[0.25, 0.5]] * points], "pixels": [ink] * 784}


def keep(client, *drawings, **fields):
    return client.post(ADDRESS, json={"drawings": list(drawings), **fields}, headers=SIGNED)


def test_who_controls_the_server_keeps_lists_and_deletes_them(client):
    assert keep(client, drawing(1), drawing(2, None)).json() == {"added": 2, "relabelled": 0, "count": 2}
    assert keep(client, drawing(2, None), drawing(3, 7)).json() == {"added": 1, "relabelled": 0, "count": 3}
    page = client.get(ADDRESS, params={"limit": 2}, headers=SIGNED).json()
    assert page["count"] == 3
    assert [{**each, "id": None} for each in page["drawings"]] == [
        {**drawing(1), "id": None},
        {**drawing(2, None), "id": None},
    ]
    rest = client.get(ADDRESS, params={"cursor": page["next"]}, headers=SIGNED).json()
    assert [each["label"] for each in rest["drawings"]] == [7]
    assert rest["next"] is None
    assert keep(client, drawing(3, 3)).json() == {"added": 0, "relabelled": 1, "count": 3}
    assert client.get(ADDRESS, headers=SIGNED).json()["drawings"][2] == {**rest["drawings"][0], "label": 3}
    one = f"{ADDRESS}/{page['drawings'][0]['id']}"
    assert client.delete(one, headers=SIGNED).status_code == 204
    assert client.delete(one, headers=SIGNED).status_code == 404
    answer = client.delete(ADDRESS, headers=SIGNED).json()
    assert answer["deleted"] == 2
    now = client.get(ADDRESS, headers=SIGNED).json()
    assert (now["count"], now["deleted"]) == (0, 3)
    assert now["until"] <= answer["until"]
    restore = f"{ADDRESS}/restore"
    assert client.post(restore, json={}, headers=SIGNED).json() == {"restored": 3, "count": 3}
    assert client.post(restore, json={"drawings": [page["drawings"][0]["id"]]}, headers=SIGNED).json()["restored"] == 0
    client.delete(ADDRESS, headers=SIGNED)


def test_nobody_else_does(client):
    assert client.post(ADDRESS, json={"drawings": [drawing(1)]}).status_code == 401
    for method in ("GET", "DELETE"):
        assert client.request(method, ADDRESS).status_code == 401
    assert client.delete(f"{ADDRESS}/x").status_code == 401
    assert client.post(f"{ADDRESS}/restore", json={}).status_code == 401


def test_what_is_no_drawing_is_refused_by_its_field(client):
    for wrong, field in (
        ({"label": 5}, "drawings.0.label"),
        ({"pixels": [0] * 783}, "drawings.0.pixels"),
        ({"pixels": [*[0] * 783, 256]}, "drawings.0.pixels.783"),
        ({"strokes": [[[0.5, 1.5]]]}, "drawings.0.strokes.0.0.1"),
        ({"strokes": [[[0.5, 0.5]] * 1500, [[0.5, 0.5]] * 501]}, "drawings.0.strokes"),
        ({"name": "Ada"}, "drawings.0.name"),
    ):
        answer = keep(client, drawing(1) | wrong)
        assert answer.status_code == 422, wrong
        assert field in [each["field"] for each in answer.json()["errors"]], wrong
    assert keep(client).status_code == 422
    assert keep(client, *(drawing(ink) for ink in range(21))).json()["errors"][0]["field"] == "drawings"
    assert client.get(ADDRESS, params={"cursor": -1}, headers=SIGNED).status_code == 422


def test_as_many_at_once_as_are_allowed_fit_into_a_body(client):
    full = [drawing(ink, points=2000) | {"strokes": [[[0.1234, 0.5678]] * 2000]} for ink in range(200, 220)]
    assert keep(client, *full).json()["added"] == 20
    assert client.post(ADDRESS, content=b" " * 1_000_000, headers=SIGNED).status_code == 413
    client.delete(ADDRESS, headers=SIGNED)
