"""A server's life: how it starts, refuses to start, ends, and what the next one finds."""

import json
import os
import re
import resource
import signal
import socket
import stat
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from itertools import cycle
from tempfile import TemporaryFile

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from app.running.interpreter import ENDING_SIGNALS
from scripts.listening import free_port
from scripts.serving import ROOT, command
from tests.forked import Forked, threeseven
from tests.handshake import HANDSHAKE
from tests.waiting import PATIENCE, wait_until


@contextmanager
def many_files():
    """Lets this process have as many files open as the system allows it."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


def refused(*options, run=threeseven):
    process = run("serve", *options)
    assert process.returncode == 2
    assert "Traceback" not in process.stderr
    return process.stderr


def by_command(*arguments):
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)


def test_a_taken_port_is_said_in_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = refused("--port", str(taken.getsockname()[1]), "--data-dir", str(tmp_path), run=by_command)
    assert "cannot listen" in said
    assert len(said.strip().splitlines()) == 1


def test_a_host_that_is_not_here_is_said_in_one_line(tmp_path):
    said = refused("--host", "nobody.invalid", "--open", "--port", "0", "--data-dir", str(tmp_path))
    assert "--host" in said
    assert "--port" not in said.replace("port 0", "")
    assert len(said.strip().splitlines()) == 1


def test_data_that_cannot_be_trained_on_is_refused_also_where_a_folder_is_called_app(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    (tmp_path / "app" / "__main__.py").write_text("print('another program')")
    started = [sys.executable, "-P", "-m", "app", "serve", "--mnist-dir", str(tmp_path / "none"), "--port", "0"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.run(started, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=PATIENCE)
    assert process.returncode == 2
    assert "another program" not in process.stdout
    assert f"{tmp_path / 'none'} holds no train-images-idx3-ubyte" in process.stderr
    assert "http://" not in process.stdout


@pytest.mark.parametrize("name", ["feature%2Flogin", "a?b#c", "~ ü %20"])
def test_a_folder_may_have_any_name_and_is_its_owners_alone(serve, tmp_path, name):
    folder = tmp_path / name
    with serve(folder, "--token", "s3same"):
        found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert list(tmp_path.iterdir()) == [folder]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {"threeseven.db", "session.key"} <= found.keys()
    assert all(found[name] == 0o600 for name in ("threeseven.db", "threeseven.db-wal", "session.key"))


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system knows no SIGHUP")
def test_a_closed_terminal_ends_the_server_cleanly(serve, tmp_path):
    with serve(tmp_path, start=command) as server:
        assert server.end(signal.SIGHUP) == 0


def in_a_group(module, *, cwd, env, files):
    """As a terminal starts a program."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", *module],
        cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_a_signal_to_all_of_its_processes_ends_the_server_cleanly(serve, tmp_path, number):
    """A terminal sends them like this for Ctrl-C and when it is closed, systemd and `timeout` when they end it."""
    with serve(tmp_path, start=in_a_group) as server:
        run = server.start(epochs=1000, pace="slow")["id"]
        server.until(run, "Steps")
        processes = psutil.Process(server.process.pid).children(recursive=True)
        assert processes
        os.killpg(server.process.pid, number)
        assert server.process.wait(PATIENCE) == 0
        assert server.process.stderr.read() == ""
        _, left = psutil.wait_procs(processes, timeout=PATIENCE)
        assert not left
    with serve(tmp_path) as server, server.client() as client:
        assert client.get(f"/api/runs/{run}").json()["state"] == "interrupted"


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_a_signal_to_all_while_workers_load_is_met_without_a_word(serve, tmp_path, number):
    with serve(tmp_path, start=in_a_group) as server:
        os.killpg(server.process.pid, number)
        assert server.process.wait(PATIENCE) == 0
        assert server.process.stderr.read() == ""


def test_signals_again_and_again_do_not_keep_the_server_from_ending_in_order(serve, tmp_path):
    with serve(tmp_path, start=in_a_group) as server:
        numbers = cycle(ENDING_SIGNALS)
        while server.process.poll() is None:
            server.process.send_signal(next(numbers))
        assert (server.process.returncode, server.process.stderr.read()) == (0, "")


def serves_and_ends(process, port):
    """Whether it does both in order."""
    transport = httpx.HTTPTransport(retries=8)  # ever longer pauses, until it listens
    try:
        with httpx.Client(transport=transport, timeout=PATIENCE) as client:
            serves = client.get(f"http://127.0.0.1:{port}/healthz").text == "ok\n"
    finally:
        process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE) == 0 and serves


FEW = 256
"""So many open files that a server warns of it."""


@pytest.mark.parametrize("where", ["in a full file", "in a pipe whose reader has gone"])
def test_a_server_whose_output_ends_serves_all_the_same(tmp_path, where):
    port = free_port()
    options = ["app", "serve", "--port", str(port), "--data-dir", str(tmp_path)]
    env = {**os.environ, "THREESEVEN_FIRST_RUN": "false", "THREESEVEN_WARM_WORKERS": "false"}
    reader, pipe = os.pipe()
    os.close(reader)
    with open(pipe, "w") as left, open("/dev/full", "w") as full, TemporaryFile("w+") as said:
        output = full if where == "in a full file" else left
        with Forked(options, cwd=ROOT, env=env, files=FEW, output=output.fileno(), stderr=said.fileno()) as process:
            assert serves_and_ends(process, port)
        said.seek(0)
        assert "Traceback" not in said.read()


@pytest.mark.parametrize("redirection", [">&-", "2>/dev/full"])
def test_a_server_that_can_print_nothing_serves_all_the_same(tmp_path, redirection):
    port = free_port()
    options = f"-P -m app serve --port {port} --data-dir '{tmp_path}'"
    quick = {"THREESEVEN_FIRST_RUN": "false", "THREESEVEN_WARM_WORKERS": "false"}
    env = {**os.environ, "PYTHONPATH": str(ROOT), **quick}
    with (
        TemporaryFile("w+") as said,
        subprocess.Popen(
            ["sh", "-c", f"ulimit -n {FEW}; exec {sys.executable} {options} {redirection}"], env=env, stderr=said
        ) as process,
    ):
        assert serves_and_ends(process, port)
        said.seek(0)
        assert "Traceback" not in said.read()


ENDED = """
import asyncio, os
from contextlib import asynccontextmanager
from fastapi import FastAPI
from app.running.interpreter import ENDING_SIGNALS
from app.serving import run
from app.settings import Settings

for number in ENDING_SIGNALS:
    @asynccontextmanager
    async def opens(app):
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
            yield
        finally:
            print("closed after", number.name, flush=True)

    run(Settings(), lambda settings: FastAPI(lifespan=opens))
"""
"""A server that each signal meets while it opens what it needs."""


def test_a_signal_while_the_server_opens_closes_what_is_open(tmp_path):
    env = {**os.environ, "PYTHONPATH": str(ROOT), "THREESEVEN_PORT": "0", "THREESEVEN_DATA_DIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", ENDED], env=env, capture_output=True, text=True, timeout=PATIENCE)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == ["closed after SIGINT", "closed after SIGTERM", "closed after SIGHUP"]


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_server_that_waits_for_another_to_go_can_be_ended(serve, tmp_path):
    port = free_port()
    options = ["serve", "--port", str(port), "--data-dir", str(tmp_path)]
    with serve(tmp_path), subprocess.Popen([sys.executable, "-m", "app", *options], stderr=subprocess.PIPE) as second:
        wait_until(lambda: second.poll() is not None or listens(port))  # it does before it opens anything
        second.send_signal(signal.SIGTERM)
        assert second.communicate(timeout=PATIENCE)[1] == b""
        assert second.returncode in (0, -signal.SIGTERM)  # the first of them once its loop runs
    with serve(tmp_path) as server, server.client() as client:
        assert client.get("/healthz").status_code == 200


def test_a_data_directory_serves_one_server(serve, tmp_path):
    folder = tmp_path / "ü %20"
    with serve(folder):
        said = refused("--port", "0", "--data-dir", str(folder))
    assert "--data-dir" in said
    assert f"{folder}/threeseven.db" in said


def test_a_file_that_is_no_session_key_is_said_in_one_line(tmp_path):
    (tmp_path / "session.key").write_bytes(b"12345")
    said = refused("--port", "0", "--data-dir", str(tmp_path), "--token", "s3same")
    assert f"{tmp_path}/session.key is not a key of 32 bytes: delete it" in said
    assert len(said.strip().splitlines()) == 1


def test_an_option_out_of_its_limits_is_named():
    assert "--port" in refused("--port", "99999")


def test_a_setting_without_an_option_is_named_as_its_variable(monkeypatch):
    monkeypatch.setenv("THREESEVEN_CONCURRENT_RUNS", "0")
    assert "THREESEVEN_CONCURRENT_RUNS: " in refused("--port", "0")


def test_a_database_that_cannot_be_opened_is_named(tmp_path):
    (tmp_path / "file").touch()
    url = f"sqlite:///{tmp_path}/file/runs.db"
    assert str(tmp_path / "file") in refused("--port", "0", "--data-dir", str(tmp_path), "--database-url", url)


def test_a_fresh_server_begins_to_learn_by_itself(serve, tmp_path):
    with serve(tmp_path, first_run="true") as server, server.client() as client:
        (run,) = client.get("/api/runs").json()["runs"]
        assert run["recipe"] == {**run["recipe"], "learning_rate": 0.1, "batch_size": 256, "epochs": 40, "hidden": 30}
        assert server.until(run["id"], "Steps")["step"][0] == 1


def test_sigterm_ends_cleanly_and_the_run_is_interrupted(serve, tmp_path):
    with serve(tmp_path) as server:
        run = server.start(epochs=1000, steps_per_second=100)["id"]
        seen = server.until(run, "Steps")
        assert server.end(signal.SIGTERM) == 0
    with serve(tmp_path) as server, server.client() as client:
        kept = client.get(f"/api/runs/{run}").json()
        assert kept["state"] == "interrupted"
        assert "stopped" in kept["error"]
        steps = client.get(f"/api/runs/{run}/metrics").json()["step"]
    assert steps == list(range(1, len(steps) + 1))
    assert len(steps) >= seen["step"][-1]


@pytest.mark.parametrize("number", [signal.SIGKILL])
def test_a_killed_server_leaves_every_logged_step_and_no_orphan(serve, tmp_path, number):
    with serve(tmp_path) as server:
        run = server.start(epochs=1000, steps_per_second=100)["id"]
        seen = server.until(run, "Steps")
        server.end(number)
    with serve(tmp_path) as server, server.client() as client:
        kept = client.get(f"/api/runs/{run}").json()
        assert kept["state"] == "interrupted"
        assert list(server.events(run))[-1]["type"] == "RunInterrupted"
        steps = client.get(f"/api/runs/{run}/metrics").json()["step"]
        assert steps == list(range(1, len(steps) + 1))
        assert len(steps) >= seen["step"][-1]
        again = server.start()["id"]
        assert server.until(again, "RunFinished")


def test_what_machines_ask_of_a_server_with_a_run_and_a_viewer(server):
    with server.client() as client:
        assert client.get("/healthz").status_code == 200
        client.post("/api/runs/stop", json={"all": True}).raise_for_status()  # what other tests have left to train
        run = server.start(epochs=1000, steps_per_second=50)["id"]
        with connect(f"{server.ws}/ws/runs/{run}", max_queue=None) as viewer:
            while json.loads(viewer.recv(timeout=PATIENCE))["type"] != "RunStarted":
                pass
            assert client.get("/readyz").text == "ready\n"
            text = client.get("/metrics").text
        viewers = re.search(r"^threeseven_viewers (\d+)", text, re.MULTILINE)
        assert viewers
        assert int(viewers[1]) >= 1
        assert 'threeseven_runs_active{state="running"} 1.0' in text
        assert re.search(r'^threeseven_worker_tasks{node=".+",pid="\d+"} 1\.0$', text, re.MULTILINE)
        client.post(f"/api/runs/{run}/control", json={"action": "stop"}).raise_for_status()


def test_a_setting_is_named_as_it_was_given(monkeypatch, tmp_path):
    monkeypatch.setenv("THREESEVEN_PORT", "tcp://10.0.0.1:80")  # as Kubernetes sets it for a service of this name
    assert "threeseven: THREESEVEN_PORT: " in refused("--data-dir", str(tmp_path))
    assert "threeseven: --port: " in refused("--data-dir", str(tmp_path), "--port", "99999")


def test_an_engine_that_is_none_is_refused(tmp_path):
    for engine in ("slurm", "ray://head", "ray://user:secret@head:6379"):
        assert "threeseven: --engine: " in refused("--data-dir", str(tmp_path), "--engine", engine)


def test_every_address_means_those_of_both_families(serve, tmp_path):
    with serve(tmp_path, "--host", "::", "--open") as server:
        port = server.url.rpartition(":")[2]
        for host in ("127.0.0.1", "[::1]", "localhost"):
            assert httpx.get(f"http://{host}:{port}/healthz", timeout=PATIENCE).status_code == 200


def test_a_setting_that_is_no_list_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("THREESEVEN_ALLOWED_HOSTS", "my.host")
    said = refused("--port", "0", "--data-dir", str(tmp_path))
    assert said.startswith("threeseven: THREESEVEN_ALLOWED_HOSTS: it is not JSON")


@pytest.mark.parametrize(
    ("setting", "value", "option"),
    [
        ("HOST", "nobody.invalid", "--host"),
        ("LIVE_URL", "http://x", "--live-url"),
        ("DATABASE_URL", "tcp://10.0.0.1:5432", "--database-url"),
        ("ADVERTISE_URL", "http://user:password@10.0.0.1:8000", "--advertise-url"),
        ("ENGINE", "ray://10.0.0.1:99999", "--engine"),
        ("MNIST_DIR", "/nowhere", "--mnist-dir"),
        ("FORWARDED_ALLOW_IPS", "127.0.0.1,nginx", "--forwarded-allow-ips"),
    ],
)
def test_a_variable_that_is_wrong_is_named_as_it_was_set(monkeypatch, tmp_path, setting, value, option):
    options = ("--port", "0", "--data-dir", str(tmp_path), "--open")
    said = refused(*options, option, value)
    assert option in said
    assert "THREESEVEN_" not in said
    monkeypatch.setenv(f"THREESEVEN_{setting}", value)
    said = refused(*options)
    assert f"THREESEVEN_{setting}" in said
    assert option not in said


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "nonsense",
        "postgresql://localhost:port/x",
        "postgresql+psycopg2://x/x",
        "postgresql+nodriver://localhost/x",
    ],
)
def test_a_database_url_that_cannot_be_used_is_said_in_one_line(tmp_path, url):
    assert "cannot be used" in refused("--port", "0", "--data-dir", str(tmp_path), "--database-url", url)


def test_a_folder_named_app_where_it_is_started_harms_nobody(serve, tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("raise RuntimeError('not ours')")
    with serve(tmp_path / "data", cwd=tmp_path, start=command) as server:
        assert server.until(server.start()["id"], "RunFinished")


def refused_viewer(server, viewers):
    """Open viewers on the stack until one is refused; how many there are then, and how it was closed."""
    for number in range(300):
        viewer = viewers.enter_context(connect(f"{server.ws}/ws", max_queue=None))
        try:
            viewer.recv(timeout=PATIENCE)
        except ConnectionClosed as closed:
            return number, closed.rcvd
    raise AssertionError("none was refused")


@pytest.mark.skipif(sys.platform == "win32", reason="its sockets are no files")
def test_where_few_files_may_be_open_viewers_are_refused_and_all_else_works(serve, tmp_path, capfd):
    with serve(tmp_path, files=FEW) as server, ExitStack() as viewers, server.client() as client:
        allowed, refusal = refused_viewer(server, viewers)
        assert allowed >= 50
        assert refusal.code == 1013
        assert f"{allowed} viewers" in refusal.reason
        for _ in range(30):  # that do not take their refusal: they keep what is spare
            stubborn = viewers.enter_context(
                socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
            )
            stubborn.sendall(HANDSHAKE + b"\r\n")
            assert stubborn.recv(12) == b"HTTP/1.1 101"
        assert refused_viewer(server, viewers) == (0, refusal)
        for path in ("/", "/healthz", "/api/runs"):
            assert client.get(path).status_code == 200
        run = server.start()["id"]
        while client.get(f"/api/runs/{run}").json()["state"] != "finished":
            pass
    said = capfd.readouterr().err
    assert f"At most {allowed} viewers" in said
    assert said.count("A viewer is refused") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is there on Linux")
def test_requests_that_have_not_come_in_do_not_hold_up_the_end(serve, tmp_path, capfd):
    begun = b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
    with many_files(), serve(tmp_path) as server, ExitStack() as stack, server.client() as client:
        port = int(server.url.rpartition(":")[2])
        for number in range(2_500):  # from so many addresses that none has more than its share of places
            address = (f"127.0.0.{number % 100 + 1}", 0)
            connection = socket.create_connection(("127.0.0.1", port), source_address=address)
            stack.enter_context(connection).sendall(begun)
        client.get("/healthz").raise_for_status()
        assert server.end() == 0
    assert capfd.readouterr().err == ""


def test_requests_that_are_cut_at_the_end_leave_one_line_and_no_traceback(serve, tmp_path, capfd):
    asked = (
        b"POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n"
    )
    with serve(tmp_path, "--token", "s3same") as server, ExitStack() as stack, server.client() as client:
        host, port = server.url.removeprefix("http://").split(":")
        for _ in range(25):  # ten wrong tokens are refused at once; then each is checked slowly
            connection = stack.enter_context(socket.create_connection((host, int(port))))
            connection.sendall(asked + b'{"token":"x"}')
        client.get("/healthz").raise_for_status()
        assert server.end() == 0
    said = capfd.readouterr().err
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 1
