"""Passwords in addresses are nowhere to be read, whatever goes wrong."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url

from scripts.serving import ROOT
from tests.conftest import running

SECRET = "correct-horse"


def test_a_server_that_cannot_reach_what_it_needs_does_not_say_its_password(
    tmp_path: Path, empty_postgres: str, capfd: pytest.CaptureFixture[str]
) -> None:
    database = make_url(empty_postgres).set(password=SECRET).render_as_string(hide_password=False)
    live = f"redis://:{SECRET}@127.0.0.1:1/0"
    with running(tmp_path, database_url=database, live_url=live) as server, server.client() as client:
        shown = [client.get(path).text for path in ("/", "/about", "/metrics", "/readyz", "/openapi.json")]
    said = capfd.readouterr().err
    assert "127.0.0.1:1" in said
    assert SECRET not in said + "".join(shown)


@pytest.mark.parametrize(
    "urls",
    [
        (f"postgresql://u:{SECRET}@127.0.0.1:1/x", f"redis://:{SECRET}@127.0.0.1:1/0"),
        ("sqlite:///x.db", f"redis://:{SECRET}@127.0.0.1:1/0"),
        (f"postgresql://u:{SECRET}@127.0.0.1:1/x", f"ftp://:{SECRET}@127.0.0.1:1/0"),
        (f"postgresql://u:{SECRET}@127.0.0.1:none/x", f"redis://:{SECRET}@127.0.0.1:1/0"),
        (f"postgresql:/u:{SECRET}@127.0.0.1/x", f"redis://:{SECRET}@127.0.0.1:1/0"),
        (f"postgresql://u:p@{SECRET}@127.0.0.1:1/x", f"redis://:{SECRET}@127.0.0.1:1/0"),
        (f"postgresql://u:p@{SECRET}/p@127.0.0.1:1/x", f"redis://:{SECRET}@127.0.0.1:1/0"),
        (f"postgresql://u@127.0.0.1:1/x?password={SECRET}&sslpassword={SECRET}", f"redis://:{SECRET}@127.0.0.1:1/0"),
        (f"postgresql+asyncpg://u:{SECRET}@127.0.0.1:1/x", f"redis://:{SECRET}@127.0.0.1:1/0"),
        (f"host=127.0.0.1 password={SECRET}", f"redis://:{SECRET}@127.0.0.1:1/0"),
        (f"postgresql://u:{SECRET}@127.0.0.1:1/x", f"redis://:{SECRET}@127.0.0.1:none/0"),
        (f"postgresql://u:{SECRET}@127.0.0.1:1/x", f"redis://:pass/{SECRET}@127.0.0.1:1/0"),
        (f"postgresql://u:{SECRET}@127.0.0.1:1/x", f"redis://127.0.0.1:1/0?passwort={SECRET}"),
    ],
)
def test_a_server_that_does_not_start_says_why_without_its_passwords(tmp_path: Path, urls: tuple[str, str]) -> None:
    command = [sys.executable, "-m", "app", "serve", "--port", "0", "--data-dir", str(tmp_path)]
    command += ["--database-url", urls[0], "--live-url", urls[1]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert done.stderr.startswith("threeseven: ")
    assert done.stderr.count("\n") == 1
    assert SECRET not in done.stdout + done.stderr
