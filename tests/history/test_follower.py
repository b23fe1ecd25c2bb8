import pytest

from app.history.follower import LAG_SECONDS, Lag


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("app.history.follower.time.monotonic", lambda: now[0])
    return now


def test_a_lag_is_known_for_one_span_at_least_and_two_at_most(clock: list[float]) -> None:
    lag = Lag()
    assert lag.largest is None
    lag.note(0.2)
    lag.note(0.1)
    assert lag.largest == 0.2
    clock[0] += LAG_SECONDS
    assert lag.largest == 0.2
    lag.note(0.05)
    assert lag.largest == 0.2
    clock[0] += LAG_SECONDS
    assert lag.largest == 0.05
    clock[0] += 2 * LAG_SECONDS
    assert lag.largest is None
