"""TLS in front of a server that speaks none: what PostgreSQL's and Valkey's wheels are built without."""

import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import trustme

SSL_REQUEST, GSS_REQUEST = struct.pack("!II", 8, 80877103), struct.pack("!II", 8, 80877104)
"""What a PostgreSQL client sends first, to ask whether it may encrypt what follows."""


@dataclass(frozen=True)
class Certificate:
    """For ``localhost``, signed by an authority of its own: files."""

    authority: Path
    key_and_certificate: Path

    @classmethod
    def make(cls, folder: Path) -> "Certificate":
        authority, made = trustme.CA(), cls(folder / "authority.pem", folder / "certificate.pem")
        authority.cert_pem.write_to_path(made.authority)
        authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(made.key_and_certificate)
        return made


@dataclass
class Front:
    """``encrypted``: connections over which a client has spoken TLS."""

    port: int
    encrypted: int = 0


@contextmanager
def front(certificate: Certificate, address: str | tuple[str, int], *, postgres: bool = False) -> Iterator[Front]:
    """Decrypts for the server at this address, a path or a host and port; who does not speak TLS is cut off."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.key_and_certificate)
    listener = socket.create_server(("127.0.0.1", 0))
    made = Front(listener.getsockname()[1])

    def serve(client: socket.socket) -> None:
        with suppress(OSError, ValueError), closing(client):
            if postgres:
                while (asked := client.recv(8)) == GSS_REQUEST:
                    client.sendall(b"N")
                if asked != SSL_REQUEST:
                    return
                client.sendall(b"S")
            with context.wrap_socket(client, server_side=True) as inside:
                made.encrypted += 1
                with connected(address) as server:
                    back = Thread(target=pump, args=(server, inside), daemon=True)
                    back.start()
                    pump(inside, server)
                    back.join()

    def accept() -> None:
        with suppress(OSError):
            while True:
                Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    Thread(target=accept, daemon=True).start()
    try:
        yield made
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def connected(address: str | tuple[str, int]) -> socket.socket:
    made = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    made.connect(address)
    return made


def pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError, ValueError):
        while piece := source.recv(1 << 16):
            target.sendall(piece)
    with suppress(OSError, ValueError):
        target.shutdown(socket.SHUT_RDWR)
