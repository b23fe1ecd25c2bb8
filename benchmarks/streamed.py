"""`python -m benchmarks.streamed [--fastai]`: the streamed, logged `textbook` run against the same 40 epochs elsewhere.

The run trains in its worker, goes through pipe, log and WebSocket, and is timed from its first event to its last at one
viewer. The bare loop records nothing. Taken in turn, so that the machine's moods hit all alike.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from websockets.sync.client import connect

from benchmarks.server import Server, running
from benchmarks.table import markdown, spread

ROUNDS = 5
FASTAI = Path(".bench/fastai")


def streamed(server: Server, **recipe: object) -> float:
    """Seconds from RunStarted to RunFinished, as one viewer gets them; of `textbook`, but for what ``recipe`` says."""
    server.until_warm()
    address = server.url.replace("http", "ws", 1)
    run = server.start(preset="textbook", **recipe)
    begun = ended = 0.0
    with connect(f"{address}/ws/runs/{run}", max_size=None, compression=None) as socket:
        for frame in socket:
            if isinstance(frame, bytes):
                continue
            kind = json.loads(frame)["type"]
            if kind == "RunStarted":
                begun = time.perf_counter()
            if kind == "RunFinished":
                ended = time.perf_counter()
    return ended - begun


def peer(*command: str) -> float:
    """Seconds that a program of this folder says its 40 epochs took."""
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def fastai_python() -> str:
    """A virtual environment with fastai beside this one's torch."""
    python = FASTAI / "bin" / "python"
    if not (FASTAI / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", FASTAI], check=True)
        site = next((FASTAI / "lib").glob("python*")) / "site-packages"
        ours = next(p for p in sys.path if p.endswith("site-packages"))
        (site / "torch-of-threeseven.pth").write_text(f"{Path(ours).resolve()}\n")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "fastai"], check=True)
        (FASTAI / "complete").touch()
    return str(python)


def main() -> None:
    bare = (sys.executable, "-m", "benchmarks.bare_loop")
    peers = {"bare PyTorch loop, `x[perm]`": bare, "the same, each batch gathered by itself": (*bare, "--by-batch")}
    if "--fastai" in sys.argv:
        peers["fastai `Learner.fit`"] = (fastai_python(), "-m", "benchmarks.fastai_fit")
    ours: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in peers}
    with running() as server:
        for _ in range(ROUNDS):
            ours.append(streamed(server))
            server.until_warm()  # or the next worker's start would slow the others
            for name, command in peers.items():
                theirs[name].append(peer(*command))
    rows = [("Threeseven, streamed and logged", spread(ours, " s"), "1")]
    for name, seconds in theirs.items():
        ratios = [a / b for a, b in zip(ours, seconds, strict=True)]
        rows.append((name, spread(seconds, " s"), f"**{median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f})"))
    print(markdown(("40 epochs of `textbook`", "median (min–max)", "Threeseven over it"), rows))


if __name__ == "__main__":
    main()
