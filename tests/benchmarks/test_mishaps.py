"""What is counted as lost of what a viewer was sent."""

import json

from benchmarks.mishaps import Seen, lost


def steps(seq: int, *numbers: int) -> str:
    return json.dumps({"seq": seq, "type": "Steps", "step": list(numbers)})


def test_frames_that_are_missing_different_or_came_twice_are_lost() -> None:
    kept = {1: b"one", 2: b"two", 3: b"three"}
    assert lost([(1, b"one"), (3, b"three")], kept) == 0  # a slow viewer is not sent every picture
    assert lost([(1, b"one"), (1, b"one"), (2, b"2"), (4, b"four")], kept) == 3


def test_steps_that_did_not_come_are_counted() -> None:
    seen = Seen()
    assert [seen.take(frame) for frame in (steps(3, 1, 2), steps(4, 3), steps(6, 5, 6))] == ["Steps"] * 3
    assert (seen.skipped, seen.last) == (1, 6)
    assert [seq for seq, _ in seen.frames] == [3, 4, 6]
