from hypothesis import given
from hypothesis import strategies as st

from app.history.recent_records import RECORD_BYTES, RecentRecords, fitting
from app.record import Record

SIZES = st.lists(st.integers(0, 2000), min_size=1, max_size=40)


def records(sizes: list[int]) -> list[Record]:
    return [Record(seq, "Steps", seq, bytes(size)) for seq, size in enumerate(sizes, 1)]


@given(SIZES, st.integers(0, 20_000))
def test_it_stays_within_its_limit_and_drops_only_what_does_not_fit(sizes: list[int], limit: int) -> None:
    log, recent = records(sizes), RecentRecords(limit)
    for record in log:
        recent.extend([record])
        assert recent.bytes <= limit
    kept = log[len(log) - len(recent) :]
    assert recent.bytes == sum(len(record.data) + RECORD_BYTES for record in kept)
    if len(recent) < len(log):
        assert recent.bytes + sizes[len(log) - len(recent) - 1] + RECORD_BYTES > limit


@given(SIZES, st.integers(0, 20_000), st.integers(0, 45), st.integers(1, 5000))
def test_it_gives_the_log_from_a_cursor_on_or_nothing_at_all(
    sizes: list[int], limit: int, after: int, page: int
) -> None:
    log, recent = records(sizes), RecentRecords(limit)
    recent.extend(log)
    found = recent.after(after, page)
    if len(log) - len(recent) <= after < len(log):
        assert found
        assert found == log[after : after + len(found)]
        assert len(found) == 1 or sum(len(record.data) for record in found) <= page
    else:
        assert found is None


def test_a_page_holds_as_much_as_fits_but_at_least_one_record() -> None:
    log = records([700, 200, 200])
    assert fitting(log, 900) == log[:2]
    assert fitting(log, 100) == log[:1]
    assert fitting([], 100) == []
