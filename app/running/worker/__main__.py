"""Opens the pipes, so that the server can end the process during the seconds that PyTorch takes to load."""

import os
import signal
import sys
import traceback
from pathlib import Path

from app.running.interpreter import ENDING_SIGNALS
from app.running.protocol import Broke, Inbox, Outbox


def main(device: str, mnist_dir: Path | None) -> None:
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    outbox, inbox = Outbox.instead_of_stdout(), Inbox(sys.stdin.buffer)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS is deterministic only with this
    from app.running.worker import work

    try:
        prepared = work.get_ready(device, mnist_dir, outbox)
        work.Tasks(inbox, outbox, prepared).work()
    except work.DatasetError as error:
        outbox.send(Broke(str(error)))
    except Exception as error:
        traceback.print_exc()
        outbox.send(Broke(work.sentence(error)))
    inbox.wait_for_end()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None)
