"""With a token, everybody may watch and draw and only its holders control; beyond loopback one is asked for."""

import os
import subprocess
import sys

import pytest


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


def test_guessing_is_slowed_down(serve, tmp_path):
    with serve(tmp_path, "--token", "s3same") as server, server.client() as client:
        answers = [client.post("/api/session", json={"token": f"guess {n}"}).status_code for n in range(12)]
        assert answers[:10] == [401] * 10
        assert answers[-1] == 429
        bearers = [
            client.get("/api/session", headers={"authorization": f"Bearer guess {n}"}).status_code for n in range(12)
        ]
        right = client.get("/api/session", headers={"authorization": "Bearer s3same"})
    assert bearers[:10] == [200] * 10
    assert bearers[-1] == 429
    assert right.status_code == 429, "who has guessed too often is not told that this is the one"


def test_starting_runs_is_limited(serve, tmp_path):
    with serve(tmp_path, runs_per_minute="2") as server, server.client() as client:
        answers = [client.post("/api/runs", json={"epochs": 1}) for _ in range(3)]
    assert [a.status_code for a in answers] == [201, 201, 429]
    assert answers[-1].headers["retry-after"]


def test_beyond_loopback_a_token_or_open_is_asked_for(tmp_path):
    command = [sys.executable, "-m", "app", "serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", str(tmp_path)]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2
    assert "--token" in refused.stderr
    assert "--open" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("given", [{"THREESEVEN_TOKEN": ""}, {}])
def test_an_empty_token_is_none(tmp_path, given):
    command = [sys.executable, "-m", "app", "serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", str(tmp_path)]
    options = [] if given else ["--token", ""]
    refused = subprocess.run(
        [*command, *options], env={**os.environ, **given}, capture_output=True, text=True, timeout=60
    )
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
