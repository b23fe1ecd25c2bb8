"""The environment that `benchmarks.peers` makes for TensorBoard and trackio: `.bench/peers`, never part of tests."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from scripts.serving import ROOT

FOLDER = ROOT / ".bench" / "peers"
PINS = Path(__file__).parent / "peers.txt"


def peers_python() -> str:
    """The path of its Python. At first, and when the pins or this Python have changed, pip downloads the peers.

    PyTorch and what the loop needs of this repository come from the environment that runs this. Raises SystemExit with
    pip's own words where they cannot be installed.
    """
    python, complete = FOLDER / "bin" / "python", FOLDER / "complete"
    wanted = f"{sys.version}\n{sys.prefix}\n{sha256(PINS.read_bytes()).hexdigest()}\n"
    if not complete.exists() or complete.read_text() != wanted:
        print(f"── installing TensorBoard and trackio in {FOLDER} (once, some 100 MB)", file=sys.stderr, flush=True)
        shutil.rmtree(FOLDER, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", str(PINS)]
        installed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if installed.returncode != 0:
            raise SystemExit(f"pip could not install the peers of {PINS.name}:\n{installed.stdout}")
        site = next((FOLDER / "lib").glob("python*")) / "site-packages"
        ours = next(path for path in sys.path if path.endswith("site-packages"))
        (site / "torch-of-threeseven.pth").write_text(f"{Path(ours).resolve()}\n")
        complete.write_text(wanted)
    return str(python)


def environment(folder: Path) -> dict[str, str]:
    """What a process of that Python is started with: trackio keeps its runs in ``folder``, and nothing asks the
    internet."""
    return os.environ | {
        "PYTHONPATH": str(ROOT), "TRACKIO_DIR": str(folder), "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore",
    }  # fmt: skip
