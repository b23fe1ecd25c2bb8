"""The files in deploy/ are what they say they are, for their own readers; nothing here starts them."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from compose_spec import PyCompose

from app.settings import Settings
from scripts.serving import ROOT

DEPLOY = ROOT / "deploy"


def test_compose() -> None:
    # Its reader knows no anchors.
    services = PyCompose.from_yaml(yaml.safe_dump(yaml.safe_load((DEPLOY / "compose.yaml").read_text())))
    assert set(services.service_names()) == {"database", "live", "head", "node", "server", "proxy"}


def test_kubernetes() -> None:
    for resource in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()):
        kubernetes_validate.validate(resource, "1.37", strict=True)


def test_the_proxy() -> None:
    caddy = Path(sys.executable).parent / "caddy"
    command = [str(caddy), "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    read = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert read.returncode == 0, read.stderr


def scripts() -> dict[str, str]:
    """What a server's container runs, by file."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["server"]["command"]
    resources = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())
    (server,) = (each for each in resources if each["kind"] == "Deployment" and each["metadata"]["name"] == "server")
    kubernetes = server["spec"]["template"]["spec"]["containers"][0]["command"]
    assert compose[:2] == kubernetes[:2] == ["sh", "-c"]
    return {"compose": compose[2].replace("$$", "$"), "kubernetes": kubernetes[2]}


@pytest.mark.parametrize("name", ["compose", "kubernetes"])
def test_a_server_starts_once_its_node_has_and_its_node_again_where_that_ends(tmp_path: Path, name: str) -> None:
    programs = {
        "ray": 'mkdir -p "$RAY_TMPDIR/ray/session_latest/sockets"; '
        'touch "$RAY_TMPDIR/ray/session_latest/sockets/raylet"; echo "$@" >> "$RAY_TMPDIR/nodes"',
        "sleep": "true",
        "hostname": "echo 10.0.0.1",
        "threeseven": 'until [ "$(wc -l < "$RAY_TMPDIR/nodes")" -ge 2 ]; do true; done; echo "served $1"',
    }
    (tmp_path / "bin").mkdir()
    for program, does in programs.items():
        (tmp_path / "bin" / program).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / "bin" / program).chmod(0o755)
    env = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "RAY_TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        ["sh", "-c", scripts()[name]], env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as started:
        assert started.stdout is not None
        try:
            assert started.stdout.readline() == "served serve\n"
        finally:
            os.killpg(started.pid, signal.SIGKILL)
    assert "start --block --address=head:6379 --num-cpus=0" in (tmp_path / "nodes").read_text()


def test_every_setting_is_one() -> None:
    known = {f"THREESEVEN_{name.upper()}" for name in Settings.model_fields}
    for name in ("compose.yaml", "kubernetes.yaml"):
        given = set(re.findall(r"\b(THREESEVEN_\w+):", (DEPLOY / name).read_text()))
        given |= set(re.findall(r"name: (THREESEVEN_\w+)", (DEPLOY / name).read_text()))
        assert given
        assert given <= known
