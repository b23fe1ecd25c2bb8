"""Loaded by the process whose copies are the servers and workers of tests (:mod:`tests.forked`); says which of them
coverage measures: what a test starts itself, unless that test is not measured, but not the workers that a server
starts. They would train for a fifth longer, and what they do is measured where tests start workers without a server
(tests/running).
"""

import gc
import os
import posix
from multiprocessing import parent_process
from multiprocessing.util import register_after_fork

from coverage import Coverage

from tests.forked import UNMEASURED

TESTS = os.getppid()
"""The process that runs the tests."""


def measure_no_more() -> None:
    """This process, a copy. It writes nothing as it ends either."""
    coverage = Coverage.current()
    if coverage is not None:
        coverage.stop()
        os._exit = posix._exit  # coverage's own saves first


def _begun(_: object) -> None:
    gc.freeze()  # what was loaded stays: to go through it now and then is to copy its memory
    parent = parent_process()
    if parent is not None and (parent.pid != TESTS or parent.name == UNMEASURED):
        measure_no_more()


register_after_fork(_begun, _begun)  # once a copy knows who asked for it
