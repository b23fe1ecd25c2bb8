"""A worker's standard input: its job, then controls."""

import os
import queue
import threading
import traceback
from contextlib import suppress
from typing import BinaryIO

from app.controls import CONTROL, Control
from app.running.job import Job

WAITING_CONTROLS = 1000
"""How many controls may wait for the training to take them; after that the pipe fills and their senders wait."""


class Inbox:
    """Controls for ``train()``, which asks for the next one before every step: where there is none, that costs some
    tens of nanoseconds. A thread of its own reads them.

    The end of the input means that the server has died or wants nothing more: the process then ends at once, whatever
    it is doing.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._controls: queue.SimpleQueue[Control] = queue.SimpleQueue()
        self._next: Control | None = None
        self._room = threading.Semaphore(WAITING_CONTROLS)
        self._reader = threading.Thread(target=self._read, args=(stream,), name="inbox", daemon=True)
        self._reader.start()

    def job(self) -> Job:
        """Wait for the job."""
        return self._jobs.get()

    def take(self) -> tuple[None, Control] | None:
        """The next control, or None where there is none."""
        if self._next is None and self._controls.empty():
            return None
        self.wait(0)
        assert self._next is not None
        control, self._next = self._next, None
        return None, control

    def wait(self, seconds: float | None) -> None:
        """Until there is a control to take, and at most so many seconds (None: for ever)."""
        if self._next is None:
            with suppress(queue.Empty):
                self._next = self._controls.get(timeout=seconds)
                self._room.release()

    def wait_for_end(self) -> None:
        """Stay until the server closes the input, which ends the process."""
        self._reader.join()

    def _read(self, stream: BinaryIO) -> None:
        try:
            if line := stream.readline():
                job = Job.model_validate_json(line)
                for control in job.controls:
                    self._put(control)
                self._jobs.put(job)
            for line in stream:
                self._put(CONTROL.validate_json(line))
        except Exception:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    def _put(self, control: Control) -> None:
        self._room.acquire()
        self._controls.put(control)
