"""What a server refuses to be configured with, and what it never says."""

import pytest
from pydantic import ValidationError

from app.command_line import options
from app.settings import Settings

POSTGRES = "postgresql://user:hidden@db/threeseven"
LIVE = "redis://:hidden@valkey:6379/0"


@pytest.mark.parametrize(
    ("database", "live", "reason"),
    [
        (None, LIVE, "--live-url needs --database-url postgresql://"),
        ("sqlite:///hidden.db", LIVE, "--live-url needs --database-url postgresql://"),
        (POSTGRES, "http://:hidden@valkey", "--live-url must be redis://HOST:PORT"),
        (POSTGRES, "redis://:hidden@valkey:port", "--live-url must be redis://HOST:PORT"),
        (POSTGRES, "hidden", "--live-url must be redis://HOST:PORT"),
    ],
)
def test_servers_share_runs_only_by_a_database_and_a_stream_that_can_be_shared(
    database: str | None, live: str, reason: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(database_url=database, live_url=live)
    said = options(refused.value, ["database_url", "live_url"])
    assert reason in said
    assert "hidden" not in said


@pytest.mark.parametrize("scheme", ["redis", "rediss", "valkey", "valkeys"])
def test_passwords_are_not_shown(scheme: str) -> None:
    settings = Settings(database_url=POSTGRES, live_url=LIVE.replace("redis", scheme))
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize("host", ["https://lab.example", "lab.example:8000", "lab.example/", "*.example", "[::1]", ""])
def test_a_name_that_no_request_could_have_is_refused(host: str) -> None:
    Settings(allowed_hosts=("lab.example", "lab_1", "10.0.0.1", "fe80::1"))
    with pytest.raises(ValidationError, match="give it without scheme, port and path"):
        Settings(allowed_hosts=("lab.example", host))


def test_a_heartbeat_comes_at_least_every_five_seconds() -> None:
    """Pages notice by three that a connection is lost, within 15 s."""
    assert 0 < Settings.model_fields["heartbeat"].default <= 5
    with pytest.raises(ValidationError):
        Settings(heartbeat=5.1)
