"""MNIST's four files from the internet, by torchvision."""

from pathlib import Path

from app.learning.idx import DatasetError
from app.learning.mnist import select


def download(folder: Path) -> Path:
    """Fetch MNIST into a folder, with a progress bar on standard error, verify it, and name the folder to ``load``.

    What is there already is not fetched again. Raises DatasetError where there is no network, no space or no
    permission, or where files that were there already are damaged.
    """
    from torchvision.datasets import MNIST  # takes seconds to import

    try:
        MNIST(folder, download=True)
    except (OSError, RuntimeError, ValueError, EOFError) as error:
        first_line = str(error).partition("\n")[0].rstrip(": ")
        raise DatasetError(
            f"MNIST could not be fetched into {folder} ({first_line}): check the network and the folder, or leave the "
            "setting out to train on the digits that come with Threeseven"
        ) from error
    select(folder)
    return folder
