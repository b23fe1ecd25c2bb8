"""One run on one worker."""

import asyncio
import logging
from collections.abc import Sequence

from app.checkpoint import Checkpoint
from app.controls import Control
from app.history.history import History
from app.record import Record
from app.run import Run
from app.running.endings import SERVER_STOPPED, failed, interrupted
from app.running.framing import Broke, Message
from app.running.job import Job
from app.running.process import Worker

RETRY_SECONDS = 5.0

logger = logging.getLogger(__name__)


class Training:
    """Hands a job to a worker and logs what it says, to the last event: the worker's own or, where the worker is gone
    before it, one that says so. Ends the worker."""

    def __init__(self, history: History, worker: Worker, run: Run) -> None:
        self._history = history
        self._run = run
        self.worker = worker
        self._interrupted = False
        self._broke: str | None = None

    async def go(self, job: Job) -> None:
        try:
            await self.worker.send(job.line())
            while self._run.active and not self._broke and (messages := await self.worker.receive()):
                await self._log(messages)
            if self._run.active:
                if self._broke:
                    self.worker.kill()  # it has said why and stays until it is let go
                await self._end(await self.worker.fate())
        except Exception:
            logger.exception("Run %s cannot go on.", self._run.id)
            self.worker.kill()
            self._broke = "The server met an error while logging the run (see its output)."
            await self._end_at_last("was killed")
        finally:
            await self.worker.end()

    @property
    def active(self) -> bool:
        """Whether the run goes on; its worker may take a moment longer to go."""
        return self._run.active

    async def send(self, control: Control) -> None:
        await self.worker.send(control.model_dump_json().encode() + b"\n")

    def interrupt(self) -> None:
        """Kill the worker; what it had said is still logged, and then that the server was stopped."""
        self._interrupted = True
        self.worker.kill()

    async def _log(self, messages: Sequence[Message]) -> None:
        """Checkpoints first: by the time that CheckpointSaved is seen, the checkpoint can be asked for."""
        checkpoints = [message for message in messages if isinstance(message, Checkpoint)]
        for checkpoint in checkpoints:
            if checkpoint.kept or checkpoint is checkpoints[-1]:
                await self._history.save_checkpoint(self._run.id, checkpoint)
        records = [message for message in messages if isinstance(message, Record)]
        if records:
            self._run = await self._history.append(self._run.id, records)
        for message in messages:
            if isinstance(message, Broke):
                self._broke = message.reason

    async def _end(self, fate: str) -> None:
        """Where the log has no last event, write one. ``fate`` is how the worker went."""
        self._run = run = await self._history.get(self._run.id)
        if not run.active:
            return
        reason = self._broke or f"The worker process {fate} after step {run.step}. What it had logged is kept."
        ending = interrupted(run, SERVER_STOPPED) if self._interrupted else failed(run, reason)
        self._run = await self._history.append(run.id, [Record.of(ending, run.seq + 1)])

    async def _end_at_last(self, fate: str) -> None:
        """As soon as the log can be written again: a disk that was full may have room in a while, and until then the
        run cannot be told to have ended."""
        while True:
            try:
                return await self._end(fate)
            except Exception as error:
                logger.error("The end of run %s cannot be logged yet: %s", self._run.id, error)
                await asyncio.sleep(RETRY_SECONDS)
