"""What `make cluster` starts, all of it at once."""

import socket
from pathlib import Path

import pytest

from scripts.cluster import cluster, places, require_free, settings_of
from tests.cluster.test_takeover import post, started_again
from tests.conftest import Server


def test_behind_one_address_runs_are_trained_by_ray_also_after_the_leader_was_killed(tmp_path: Path) -> None:
    with cluster(tmp_path, nodes=1) as whole:
        leader, follower = whole.servers
        proxy = Server(whole.url, leader.process)
        run = proxy.start()["id"]
        assert proxy.until(run, "RunFinished")
        leader.process.kill()
        leader.process.wait()
        again = started_again(proxy)
        assert Server(follower.url, follower.process).until(again, "Steps")
        assert post(f"{whole.url}/api/runs/stop", json={"runs": [again]}).json() == {"stopped": [again]}


def test_the_shells_settings_are_the_servers() -> None:
    shell = {"THREESEVEN_TOKEN": "a secret", "THREESEVEN_CONCURRENT_RUNS": "3", "THREESEVEN_PORT": "80", "HOME": "/"}
    settings = settings_of(shell)
    assert settings == {"first_run": "true", "token": "a secret", "concurrent_runs": "3"}
    assert places(settings) == 4  # one for experiments
    assert places(settings_of({})) == 2


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=rf"cannot listen on 127\.0\.0\.1 port {port}: .+PORT=8001"):
            require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)
