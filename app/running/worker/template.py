"""Loaded by the process whose copies are workers (:mod:`app.running.forked`): all that a worker needs and that decides
nothing yet. No thread may have been started then."""

import os
from contextlib import suppress

from app.running.interpreter import SPIN

os.environ.setdefault("GOMP_SPINCOUNT", SPIN)  # read when PyTorch is loaded

from app.learning.dataset import DatasetError, packaged
from app.running.worker import work as work

with suppress(DatasetError):  # each worker will say so
    packaged()
