"""Writes static/samples.json: a few real handwritten digits that can be chosen where drawing is not possible.

    python scripts/make_samples.py

They are validation images, which no model of ours has been trained on.
"""

import hashlib
import json
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "app" / "data" / "mnist_3_7.npz"
SAMPLES = ROOT / "static" / "samples.json"

CHOSEN = (
    ("valid", 5), ("valid", 1), ("valid", 14), ("valid", 16), ("valid", 69), ("valid", 138),
    ("other_valid", 12), ("other_valid", 10), ("other_valid", 21), ("other_valid", 5),
)  # fmt: skip
"""Set and index of each sample, in the order shown: plain 3s and 7s, one of each that the baseline misreads, others."""


def main() -> None:
    with np.load(DATA) as arrays:
        samples = [
            {
                "label": int(arrays[f"{chosen}_labels"][index]),
                "set": chosen,
                "index": index,
                "pixels": arrays[f"{chosen}_images"][index].reshape(784).tolist(),
            }
            for chosen, index in CHOSEN
        ]
    content = {
        "source": "MNIST (Y. LeCun, C. Cortes, C. J. C. Burges), validation images in app/data/mnist_3_7.npz",
        "sha256": hashlib.sha256(DATA.read_bytes()).hexdigest(),
        "licence": "CC BY-SA 3.0, https://creativecommons.org/licenses/by-sa/3.0/",
        "samples": samples,
    }
    SAMPLES.write_text(json.dumps(content, separators=(",", ":")) + "\n")
    print(f"{SAMPLES.relative_to(ROOT)}: {len(samples)} samples, {SAMPLES.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
