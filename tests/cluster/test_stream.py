"""The stream as an independent client sees it, at a server that does not lead: the tests of the one that is alone."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import Server, running
from tests.history.conftest import empty
from tests.web.conftest import finished as finished
from tests.web.conftest import page as page
from tests.web.test_run_stream import test_a_cursor_beyond_the_head_of_a_live_run_harms_nobody as test_beyond
from tests.web.test_run_stream import test_a_watched_run_comes_whole_and_in_order as test_whole
from tests.web.test_run_stream import test_an_unknown_run_closes_with_4404 as test_unknown
from tests.web.test_run_stream import test_live_is_the_newest_run as test_newest
from tests.web.test_run_stream import test_live_waits_for_the_next_run_when_told_which_was_seen as test_next
from tests.web.test_run_stream import test_reading_again_from_any_cursor_gives_exactly_the_rest as test_rest
from tests.web.test_run_stream import test_reconnecting_in_the_middle_loses_and_doubles_nothing as test_reconnecting
from tests.web.test_stream import test_a_run_that_is_watched_by_its_id_is_not_sent_twice as test_twice
from tests.web.test_stream import test_live_is_announced_and_goes_on_with_the_next_run as test_announced
from tests.web.test_stream import test_one_socket_follows_several_runs_to_their_ends as test_several
from tests.web.test_stream import test_the_list_tells_changes_and_no_steps as test_list
from tests.web.test_stream import test_the_list_tells_how_far_a_slow_run_has_come as test_progress
from tests.web.test_stream import test_the_queue_is_told_whole_whenever_it_changes as test_queue
from tests.web.test_stream import test_weights_of_version_2_say_what_those_of_version_1_do_and_more as test_weights

__all__ = [
    "test_announced", "test_beyond", "test_list", "test_newest", "test_next", "test_progress", "test_queue",
    "test_reconnecting", "test_rest", "test_several", "test_twice", "test_unknown", "test_weights", "test_whole",
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, postgres: str, live_url: str) -> Iterator[Server]:
    """The second of two."""
    empty(postgres)
    with ExitStack() as stack:
        _, second = (
            stack.enter_context(running(tmp_path_factory.mktemp(name), database_url=postgres, live_url=live_url))
            for name in ("leader", "follower")
        )
        yield second
