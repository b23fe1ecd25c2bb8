"""What becomes of runs, and of the server, when parts of a Ray cluster go."""

import re

import psutil
import pytest

from scripts.ray_cluster import cluster

pytestmark = pytest.mark.timeout(480)  # a node that starts takes a busy machine half a minute


def finished(server, **recipe):
    return server.until(server.start(**recipe)["id"], "RunFinished", "RunFailed")["type"] == "RunFinished"


def training(server):
    """A long run that takes steps."""
    run = server.start(epochs=1000)["id"]
    assert server.until(run, "Steps", "RunFailed")["type"] == "Steps"
    return run


def test_a_run_whose_node_is_lost_goes_on_on_another(serve, tmp_path):
    with cluster() as ray, ray.head(cpus=0), serve(tmp_path, "--engine", f"ray://{ray.address}") as server:
        with ray.node(cpus=2) as node:
            run = training(server)
            (raylet,) = node.processes("raylet/raylet")
            raylet.kill()
            lost = server.until(run, "WorkerLost", "RunFailed")
            assert "Ray cluster" in lost["reason"]
            assert lost["type"] == "WorkerLost"
        with ray.node(cpus=2):
            log = (event for event in server.events(run) if event["type"] in {"Steps", "WorkerReplaced", "RunFailed"})
            replaced = next(event for event in log if event["type"] != "Steps")
            assert (replaced["type"], replaced["step"]) == ("WorkerReplaced", lost["step"])
            assert next(log)["step"][0] == lost["step"] + 1


def test_a_server_says_that_its_cluster_has_gone_goes_on_when_it_is_back_and_takes_its_workers_along(serve, tmp_path):
    with cluster() as ray, serve(tmp_path, "--engine", f"ray://{ray.address}") as server, server.client() as client:
        with ray.head(cpus=2) as head:
            run = training(server)
            head.kill()
            lost = server.until(run, "WorkerLost", "RunFailed")
            assert "Ray cluster" in lost["reason"]
            assert lost["type"] == "WorkerLost"
        nowhere = f"No Ray cluster can be reached at {ray.address}: Connection refused."
        assert server.until(server.start()["id"], "RunFailed")["reason"] == nowhere
        unready = client.get("/readyz")
        assert (unready.status_code, unready.text) == (503, f"{nowhere}\n")
        assert client.get("/runs").status_code == 200
        with ray.head(cpus=2):
            assert finished(server)
            assert client.get("/readyz").text == "ready\n"
            training(server)
            (pid,) = re.findall(r'worker_tasks{node=".+",pid="(\d+)"}', client.get("/metrics").text)
            worker = psutil.Process(int(pid))
            server.process.kill()
            assert psutil.wait_procs([worker], timeout=60)[0] == [worker], "a worker outlived its server"
