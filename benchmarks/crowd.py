"""`python -m benchmarks.crowd URL RUN VIEWERS`: so many viewers of one run, in a process of their own.

Says "watching" once all are connected; when the run has ended, one JSON object with what they received.
"""

import asyncio
import json
import os
import sys
import time
from itertools import pairwise

import httpx
import uvloop
from websockets.sync.client import connect

from benchmarks.lean_socket import LeanViewer
from benchmarks.table import quantile


async def main(url: str, path: str, count: int) -> None:
    os.nice(10)  # in a class the viewers are other machines: they must not take the server's processor
    host = url.removeprefix("http://")
    name, port = host.split(":")
    loop = asyncio.get_running_loop()
    viewers = []
    for _ in range(count):
        _, viewer = await loop.create_connection(lambda: LeanViewer(path, host), name, int(port))
        await viewer.open
        viewers.append(viewer)
    print("watching", flush=True)
    before = time.process_time()
    for viewer in viewers:
        await viewer.closed
    cpu = time.process_time() - before
    print(json.dumps({**await asyncio.to_thread(account, url, viewers), "crowd_cpu": cpu}), flush=True)


def account(url: str, viewers: list[LeanViewer]) -> dict[str, object]:
    """Compare what came with what the log holds; delays are from the end of a step in the worker, in seconds."""
    run = httpx.get(f"{url}/api/runs?limit=1").json()["runs"][0]["id"]
    with connect(f"{url.replace('http', 'ws', 1)}/ws/runs/{run}", max_size=None, compression=None) as socket:
        log = [json.loads(frame) for frame in socket if isinstance(frame, str)]
    texts = {event["seq"] for event in log}
    start = log[-1]["time"] - log[-1]["summary"]["seconds"]  # of the clock that "milliseconds" counts by
    ended = {e["seq"]: start + e["milliseconds"][-1] / 1000 for e in log if e["type"] == "Steps"}
    delays, complete = [], 0
    for viewer in viewers:
        got = dict(zip(viewer.seqs, viewer.times, strict=True))
        in_order = all(a < b for a, b in pairwise(viewer.seqs))
        complete += in_order and texts <= got.keys()
        delays += [got[seq] - at for seq, at in ended.items() if seq in got]
    return {
        "complete": complete,
        "p50": quantile(delays, 0.5),
        "p99": quantile(delays, 0.99),
        "messages": sum(len(v.seqs) for v in viewers) / len(viewers),
        "weights": sum(v.binary for v in viewers) / len(viewers),
    }


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
