"""Opens the pipes to the server, and says on them why there is no worker, or no more."""

import os
import signal
import sys
import traceback

from app.running.protocol import Broke, Outbox

QUIET = {
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # what Ray will do some day, and warns about until then
    "RAY_COLOR_PREFIX": "0",
    "RAY_SCHEDULER_EVENTS": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
}


def main(cluster: str, device: str, mnist_dir: str | None = None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends its workers
    outbox = Outbox.instead_of_stdout()
    os.environ.update(QUIET)
    from app.running.cluster import link

    commands = link.Commands()
    try:
        link.work(cluster, device, mnist_dir, commands, outbox)
    except link.ClusterFailed as failed:
        outbox.send(Broke(str(failed)))
    except Exception as error:
        traceback.print_exc()
        outbox.send(Broke(f"The link to the Ray cluster met an error: {error} (see the server's output)."))
    commands.wait_for_end()


if __name__ == "__main__":
    main(*sys.argv[1:])
