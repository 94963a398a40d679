"""
What Prometheus is told: requests by method, path and status, how long they took, and how many jobs there are.

Where several processes answer requests, each writes its counts to a folder that they
share (``PROMETHEUS_MULTIPROC_DIR``, set before this module is imported), and whichever
is asked tells the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

#: Says how many jobs there are in each status.
CountJobs: TypeAlias = Callable[[], Mapping[str, int]]

#: Methods that are counted by name; anybody may make up others.
METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})

#: Seconds; hashing a password takes a few tenths.
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Jobs(Collector):
    """Jobs by status, counted when somebody asks."""

    def __init__(self, count: CountJobs) -> None:
        self._count = count

    def collect(self) -> Iterable[Metric]:
        """Return the counts as of now."""
        family = GaugeMetricFamily("hexflows_jobs", "Jobs by status", labels=["status"])
        for status, jobs in self._count().items():
            family.add_metric([status], jobs)
        return [family]


class Metrics:
    """What is counted, and how it is told."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, *, jobs: CountJobs | None = None, folder: Path | None = None) -> None:
        self._jobs = jobs
        self._folder = folder
        self._own = CollectorRegistry()
        #: The counters by what is counted: finding them by their labels takes longer than counting.
        self._counted: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._requests = Counter(
            "hexflows_http_requests", "Requests answered", ["method", "path", "status"], registry=self._own
        )
        self._seconds = Histogram(
            "hexflows_http_request_seconds",
            "How long requests took",
            ["method", "path"],
            buckets=BUCKETS,
            registry=self._own,
        )

    def observe(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request; *path* is the template that it matched."""
        method = method if method in METHODS else "other"
        counted = self._counted.get((method, path, status))
        if counted is None:
            counted = self._counted[method, path, status] = self._of(method, path, status)
        requests, times = counted
        requests.inc()
        times.observe(seconds)

    def _of(self, method: str, path: str, status: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(method, path, str(status)), self._seconds.labels(method, path)

    def told(self) -> bytes:
        """Return everything in Prometheus's text format."""
        registry = CollectorRegistry()
        if self._folder:
            MultiProcessCollector(registry, path=str(self._folder))  # type: ignore[no-untyped-call]
        told = generate_latest(registry if self._folder else self._own)
        if self._jobs:
            counted = CollectorRegistry()
            counted.register(Jobs(self._jobs))
            told += generate_latest(counted)
        return told
