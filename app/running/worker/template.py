"""Loaded by the process whose copies are workers (:mod:`app.running.forked`): all that a worker needs and that decides
nothing yet. No thread may have been started then."""

import os

from app.running.interpreter import SPIN

os.environ.setdefault("GOMP_SPINCOUNT", SPIN)  # read when PyTorch is loaded

from app.running.worker import work as work
