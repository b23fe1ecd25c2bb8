"""In a process of its own, since the end of its input ends the process."""

import subprocess
import sys

from app.controls import SetLearningRate
from app.recipe import Recipe
from app.running.job import Job

PROGRAM = """
import sys
from app.running.worker.inbox import Inbox
inbox = Inbox(sys.stdin.buffer)
print(inbox.job().run, flush=True)
for seconds in (None, 60):
    inbox.wait(seconds)
    inbox.wait(seconds)
    print(inbox.take()[1], flush=True)
inbox.wait(0.001)
print(inbox.take(), flush=True)
inbox.wait(None)
"""

JOB = Job(run="the-run", name="name", recipe=Recipe(), first_seq=2, controls=(SetLearningRate(learning_rate=0.5),))


def program() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_controls_are_taken_in_order_and_the_end_of_input_ends_a_waiting_process() -> None:
    with program() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(JOB.line())
        process.stdin.flush()
        assert process.stdout.readline() == b"the-run\n"
        assert process.stdout.readline() == b"learning_rate=0.5\n"
        process.stdin.write(b'{"action":"pause"}\n')
        process.stdin.flush()
        assert process.stdout.readline() == b"action='pause'\n"
        assert process.stdout.readline() == b"None\n"
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait() == 0


def test_a_process_that_gets_no_job_ends() -> None:
    with program() as process:
        assert process.communicate()[0] == b""
        assert process.returncode == 0
