"""What a process serves follows from how many files it may have open."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capacity import MAX_CONNECTIONS, MAX_VIEWERS, WANTED_FILES, capacity


@given(st.integers(256, 20_000), st.integers(1, 4))
def test_all_that_is_served_at_once_leaves_files_for_runs_and_the_database(files, runs):
    most = capacity(files, runs)
    assert min(most.viewers, most.connections, most.backlog) >= 1
    assert most.viewers + most.connections + most.backlog <= files - 64 - 8 * runs
    assert most.viewers <= MAX_VIEWERS
    assert most.connections <= MAX_CONNECTIONS


def test_with_as_many_files_as_are_wanted_nothing_is_short():
    most = capacity(WANTED_FILES, 16)
    assert (most.viewers, most.connections) == (MAX_VIEWERS, MAX_CONNECTIONS)


@pytest.mark.skipif(sys.platform == "win32", reason="its sockets are no files")
@pytest.mark.parametrize(("hard", "allowed"), [(WANTED_FILES + 1, WANTED_FILES), (1500, 1500)])
def test_the_limit_is_raised_as_far_as_the_system_lets_us(hard, allowed):
    program = f"""
import resource
from app.capacity import allow_files, files_allowed

resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))
assert files_allowed() == 256
allow_files()
print(files_allowed())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == f"{allowed}\n", done.stderr
