"""How the entries of the lesson ``your-turn`` stand to each other."""

from collections.abc import Sequence

from app.entry import Entry
from app.lessons.budget import price

PLACES = 60
"""Entries that a board has: a class and as many again. One takes some megabytes of the database, for its runs."""


def ranked(entries: Sequence[Entry]) -> list[Entry]:
    """Best first: by the score, of equal ones the cheaper, of equally cheap ones the older. Those without a score come
    last, newest first."""
    scored = [entry for entry in entries if entry.score is not None]
    others = [entry for entry in entries if entry.score is None]
    scored.sort(key=lambda entry: (-(entry.score or 0), price(entry.recipe), entry.created))
    return scored + sorted(others, key=lambda entry: -entry.created)


def frontier(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that no other beats, cheapest first: none has as good a score for less, or a better one for as
    little."""
    found: list[Entry] = []
    for entry in sorted(ranked(entries), key=lambda entry: price(entry.recipe)):  # of equally dear ones the best first
        if entry.score is not None and (not found or entry.score > (found[-1].score or 0)):
            found.append(entry)
    return found


def leaving(entries: Sequence[Entry], places: int = PLACES) -> list[Entry]:
    """Those that have to leave for others to have room: of the ones that are over, first such as have no score, then
    the worst that are not on the frontier, then the worst; of equal ones the oldest."""
    kept = {entry.id for entry in frontier(entries)}
    over = [entry for entry in entries if entry.ended]
    over.sort(key=lambda entry: (entry.id in kept, -1 if entry.score is None else entry.score, entry.created))
    return over[: max(0, len(entries) - places)]
