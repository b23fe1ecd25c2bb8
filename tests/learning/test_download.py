import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.learning.dataset import DatasetError, load
from app.learning.download import download
from tests.learning import mnist_files

MNIST = "torchvision.datasets.MNIST"
"""By its name: to import it takes two seconds, in every process that collects tests."""


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that torchvision finds MNIST's files in, over HTTP."""
    folder = mnist_files.write(tmp_path / "mirror")
    sums = [(path.name, hashlib.md5(path.read_bytes()).hexdigest()) for path in sorted(folder.iterdir())]

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setattr(f"{MNIST}.mirrors", [f"http://127.0.0.1:{server.server_port}/"])
        monkeypatch.setattr(f"{MNIST}.resources", sums)
        yield folder
        server.shutdown()
        thread.join()


def test_fetches_with_a_progress_bar_what_load_can_read(
    mirror: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = download(tmp_path / "here")
    assert load(folder).train_images.shape == (12_396, 784)
    assert "100%" in capfd.readouterr().err


def test_a_file_that_arrives_changed_is_refused(mirror: Path, tmp_path: Path) -> None:
    (mirror / "train-labels-idx1-ubyte.gz").write_bytes(b"something else")
    with pytest.raises(DatasetError, match="could not be fetched"):
        download(tmp_path / "here")


def test_without_a_network_one_line_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{MNIST}.mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(DatasetError, match="check the network and the folder, or leave the setting out") as error:
        download(tmp_path)
    assert "\n" not in str(error.value)


def test_a_damaged_file_that_is_there_is_found(mirror: Path, tmp_path: Path) -> None:
    raw = download(tmp_path / "here") / "MNIST" / "raw"
    (raw / "t10k-images-idx3-ubyte").write_bytes(b"\0\0\x08\3")
    with pytest.raises(DatasetError, match="t10k-images-idx3-ubyte holds"):
        download(tmp_path / "here")
