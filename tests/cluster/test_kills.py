"""Every part of a cluster is killed while viewers watch."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks.cluster_kills import kill_parts, order_of


@pytest.mark.timeout(600)  # a busy machine takes half a minute to start a node of Ray's again
def test_whatever_is_killed_viewers_saw_what_the_logs_hold_and_runs_end_as_these_say() -> None:
    chance = random.Random(3)
    # Not pytest's own folder, which each pytest that starts shuts to the user that PostgreSQL runs as beside root.
    with TemporaryDirectory(prefix="threeseven-kills-") as folder:
        outcome = kill_parts(Path(folder), order_of(10, chance), chance)
    assert outcome.faults == []
    assert outcome.frames > 1000
