"""Make app/data/mnist_3_7.npz from MNIST's four IDX files: python scripts/make_dataset.py FOLDER

Run in the repository's root with the package installed. The same files give the same bytes wherever zlib is the same;
the checksum printed belongs into app/data/__init__.py and app/data/README.md.
"""

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

from app.data import EMBEDDED, Arrays
from app.learning.idx import DatasetError
from app.learning.mnist import select

LIMIT = 5_000_000
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest time a zip file can carry: np.savez would write today's, and other bytes each time."""


def packed(arrays: Arrays) -> bytes:
    """An .npz file, as np.savez_compressed makes it but with nothing in it that depends on when or where."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), version=(1, 0))
            info = zipfile.ZipInfo(f"{name}.npy", EPOCH)
            info.create_system = 3
            archive.writestr(info, member.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit(__doc__)
    try:
        data = packed(select(Path(arguments[0])))
    except DatasetError as error:
        sys.exit(str(error))
    if len(data) > LIMIT:
        sys.exit(f"{len(data):,} bytes are more than the {LIMIT:,} that the package may carry")
    EMBEDDED.write_bytes(data)
    print(f"{EMBEDDED}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main(sys.argv[1:])
