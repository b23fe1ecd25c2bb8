"""Clients of the stream, written from docs/protocol.md alone: they share no code with the server."""

import json
import socket
import struct
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def open_socket(server, path, **options):
    # max_queue: with a full queue the client would not read the server's goodbye, and wait until its own time-out.
    return connect(f"{server.ws}{path}", **{"max_size": None, "max_queue": None, "compression": None, **options})


def narrow(server):
    """A connection whose receiving end holds little."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect((urlsplit(server.url).hostname, urlsplit(server.url).port))
    return made


def seq(frame):
    return json.loads(frame)["seq"] if isinstance(frame, str) else struct.unpack_from("<I", frame, 4)[0]


def received(server, path):
    """All frames until the server closes, and the code with which it did."""
    frames = []
    with open_socket(server, path) as socket:
        try:
            while True:
                frames.append(socket.recv(timeout=60))
        except ConnectionClosed as closed:
            return frames, closed.rcvd.code if closed.rcvd else None


class PageClient:
    """A client of `/ws`: what came of each run, by its seq, and what is in no log."""

    def __init__(self, server, **options):
        self._opening = open_socket(server, "/ws", **options)
        self.logs: dict[str, dict[int, object]] = {}
        self.said: list[dict[str, object]] = []

    def __enter__(self):
        self.socket = self._opening.__enter__()
        return self

    def __exit__(self, *error):
        self._opening.__exit__(*error)

    def send(self, **message):
        self.socket.send(json.dumps(message))

    def receive(self, timeout=60):
        """The next frame, kept; what it was."""
        frame = self.socket.recv(timeout=timeout)
        if isinstance(frame, str):
            fields = json.loads(frame)
            if "seq" not in fields or fields["type"] == "Ended":
                self.said.append(fields)
                return fields["type"], fields
            return fields["type"], self._keep(fields["run"], fields["seq"], fields)
        assert frame[:4] == b"W37\x02"
        run, seq = struct.unpack_from("<16sI", frame, 4)
        return "Weights", self._keep(run.rstrip(b"\0").decode(), seq, frame)

    def _keep(self, run, seq, content):
        log = self.logs.setdefault(run, {})
        assert seq > max(log, default=0), "twice, or out of order"
        log[seq] = content
        return content

    def until(self, *types, **fields):
        """Receive until a frame of one of these types has these fields."""
        while True:
            type, content = self.receive()
            if type in types and all(content[name] == value for name, value in fields.items()):
                return content

    def nothing_more(self):
        """Ask for something that is refused: by its answer all that was due before has come, nothing of it frames."""
        before = {run: len(log) for run, log in self.logs.items()}
        self.send(type="subscribe", run="nothing")
        self.until("Refused", run="nothing")
        assert {run: len(log) for run, log in self.logs.items()} == before


def as_text(log):
    """The text events of a log that came by /ws, as the older addresses send them."""
    mine = ("RunQueued", "RunStarted")
    return [
        event if event["type"] in mine else {name: value for name, value in event.items() if name != "run"}
        for event in log.values()
        if isinstance(event, dict)
    ]
