"""The files in deploy/ are what they say they are, for their own readers; nothing here starts them."""

import re
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
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


def test_every_setting_is_one() -> None:
    known = {f"THREESEVEN_{name.upper()}" for name in Settings.model_fields}
    for name in ("compose.yaml", "kubernetes.yaml"):
        given = set(re.findall(r"\b(THREESEVEN_\w+):", (DEPLOY / name).read_text()))
        given |= set(re.findall(r"name: (THREESEVEN_\w+)", (DEPLOY / name).read_text()))
        assert given
        assert given <= known
