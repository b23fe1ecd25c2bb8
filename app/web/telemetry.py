"""Counts for Prometheus, in a registry of this app's own."""

from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from app.cluster import WorkerState
from app.handwriting.reader import DIGITS, Verdict


class Telemetry:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._viewers = Gauge("threeseven_viewers", "WebSocket viewers now", registry=self._registry)
        self._downloads = Gauge("threeseven_downloads", "Exports being sent now", registry=self._registry)
        self._runs = Gauge("threeseven_runs_active", "Runs by state", ["state"], registry=self._registry)
        self._tasks = Gauge(
            "threeseven_worker_tasks", "Tasks of each worker that is ready", ["node", "pid"], registry=self._registry
        )
        self._lag = Gauge(
            "threeseven_stream_lag_seconds",
            "Largest lag in the last ten seconds behind the server that writes; NaN where nothing came, or this is it",
            registry=self._registry,
        )
        self._started = Counter("threeseven_runs_started", "Runs asked for", registry=self._registry)
        read = Counter("threeseven_predictions", "Drawings read", ["verdict"], registry=self._registry)
        self._predictions = {verdict: read.labels(verdict) for verdict in DIGITS}
        self._predicted = dict.fromkeys(DIGITS, 0)
        """Since the text was last asked for: a counter's lock takes a tenth of the time that a drawing does."""

    def runs_started(self, count: int) -> None:
        self._started.inc(count)

    def predicted(self, verdict: Verdict) -> None:
        self._predicted[verdict] += 1

    def text(
        self, active: dict[str, int], workers: list[WorkerState], viewers: int, downloads: int, lag: float | None
    ) -> bytes:
        """Prometheus text; ``active`` counts the runs that have not ended, by state."""
        self._viewers.set(viewers)
        self._downloads.set(downloads)
        for state, count in active.items():
            self._runs.labels(state).set(count)
        self._tasks.clear()  # of workers that have gone
        for worker in workers:
            self._tasks.labels(worker.node, worker.pid).set(len(worker.runs) + worker.experiments)
        self._lag.set(nan if lag is None else lag)
        for verdict, count in self._predicted.items():
            self._predictions[verdict].inc(count)
            self._predicted[verdict] = 0
        return generate_latest(self._registry)
