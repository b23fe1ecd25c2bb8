"""What `make cluster` starts, all of it at once."""

from pathlib import Path

from scripts.cluster import cluster
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
