"""A real Ray cluster on this machine, for tests and benchmarks: a head, and nodes that can be killed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from scripts.listening import free_port
from scripts.serving import ROOT


@dataclass
class Node:
    """``ray start --block``, which has started."""

    process: subprocess.Popen[str]

    def processes(self, word: str) -> list[psutil.Process]:
        """Those of this node that have the word in their command lines."""
        return [each for each in self._processes() if any(word in part for part in each.cmdline())]

    def kill(self) -> None:
        """All of it at once, as when its machine breaks. Nothing happens where it has been killed."""
        for each in self._processes():
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self.process.wait()

    def _processes(self) -> list[psutil.Process]:
        try:
            first = psutil.Process(self.process.pid)
            return [first, *first.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


@dataclass
class Cluster:
    """``port`` is its head's."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def head(self, cpus: int) -> AbstractContextManager[Node]:
        port = f"--port={self.port}"
        return self._start("--head", port, "--include-dashboard=false", f"--temp-dir={self.folder}", cpus=cpus)

    def node(self, cpus: int) -> AbstractContextManager[Node]:
        return self._start(f"--address={self.address}", cpus=cpus)

    @contextmanager
    def _start(self, *options: str, cpus: int) -> Iterator[Node]:
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--node-ip-address=127.0.0.1"]
        command += [f"--num-cpus={cpus}", "--object-store-memory=80000000", "--dashboard-agent-listen-port=0", *options]
        env = os.environ | {"PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"}
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            assert process.stdout is not None
            said = ""
            while "Ray runtime started" not in said:
                line = process.stdout.readline()
                if not line:
                    raise RuntimeError(f"the node did not start: {said}")
                said += line
            node = Node(process)
            try:
                yield node
            finally:
                node.kill()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Without a node as yet."""
    folder = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))  # a socket's path may have no more than 107 characters
    try:
        yield Cluster(folder, free_port())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
