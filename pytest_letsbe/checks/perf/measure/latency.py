"""Latency: blocks of requests on several routes in turn, and an open loop that counts from when a request was due."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from typing import TYPE_CHECKING, Any

from ..client import Client, RouteError

if TYPE_CHECKING:
    from ..laboratory import Laboratory

#: Threads of the open loop; when all are busy a request starts late, and its time counts from when it was due.
WORKERS = 12
_runs = itertools.count(1)


def exchange(lab: Laboratory, way: str, proxy: str) -> dict[str, Any]:
    """One POST through the proxy: what came back, and whether the site saw it."""
    token, body = f"once-{next(_runs)}", b'{"hello": "from the other side"}'
    client = Client(lab.route(way, proxy), 10.0)
    try:
        status, data = client.ask(f"/once?mark={token}", body)
    finally:
        client.close()
    return {"status": status, "same": data == body, "seen": _counts(lab).get(token, 0)}


def interleaved(
    lab: Laboratory, way: str, lanes: list[str | None], blocks: int, per_block: int, warmup: int
) -> dict[str, Any]:
    """Seconds for each request, by lane and block: each block goes through the lanes there and back (ABBA).

    ``lanes`` are names of proxies, None for the direct way; the same name twice is two connections to the same proxy.
    """
    clients = [Client(lab.route(way, lane)) for lane in lanes]
    half = max(1, per_block // 2)
    taken: list[list[list[float]]] = [[] for _ in lanes]
    try:
        for client in clients:
            for _ in range(max(1, warmup)):
                client.seconds("/small", b'{"ask": "small"}')
        for _ in range(blocks):
            block: list[list[float]] = [[] for _ in lanes]
            for index in (*range(len(lanes)), *reversed(range(len(lanes)))):
                block[index] += [clients[index].seconds("/small", b'{"ask": "small"}') for _ in range(half)]
            for lane, samples in zip(taken, block, strict=True):
                lane.append(samples)
    finally:
        for client in clients:
            client.close()
    return {"lanes": taken, "percentiles": [_percentiles([s for b in lane for s in b]) for lane in taken]}


def open_loop(lab: Laboratory, way: str, proxy: str, rate: float, seconds: float) -> dict[str, Any]:
    """Requests at a fixed rate, direct and proxied in turn (ABBA); latencies from the moment each was due."""
    legs: dict[str | None, list[float]] = {None: [], proxy: []}
    errors: list[str] = []
    wrong = 0
    waited = elapsed = 0.0
    for lane in (None, proxy, proxy, None):
        leg = _Leg(lab, way, lane, rate, seconds / 2)
        before, started = lab.server(proxy).waiting_seconds(), time.monotonic()
        leg.run()
        if lane is not None:
            waited += lab.server(proxy).waiting_seconds() - before
            elapsed += time.monotonic() - started
        legs[lane] += leg.latencies
        if lane is not None:
            errors += leg.errors
            wrong += leg.wrong
    counts = _counts(lab)
    sent = 2 * round(rate * seconds / 2)
    seen = [count for token, count in counts.items() if token.startswith(f"{proxy}-")]
    return {
        "sent": sent,
        "errors": errors,
        "wrong": wrong,
        "starved": waited / elapsed,
        "twice": sum(count > 1 for count in seen),
        "direct": _percentiles(legs[None]),
        "proxied": _percentiles(legs[proxy]),
        "curve": {"direct": sorted(legs[None]), "proxied": sorted(legs[proxy])},
    }


class _Leg:
    """One stretch of the open loop on one lane."""

    def __init__(self, lab: Laboratory, way: str, lane: str | None, rate: float, seconds: float) -> None:
        self._route = lab.route(way, lane)
        self._name = f"{lane or 'direct'}-{next(_runs)}"
        self._due = [index / rate for index in range(round(rate * seconds))]
        self._next = itertools.count()
        self._lock = threading.Lock()
        self._go = threading.Event()
        self.latencies: list[float] = []
        self.errors: list[str] = []
        self.wrong = 0

    def run(self) -> None:
        ready = threading.Barrier(WORKERS + 1)
        threads = [threading.Thread(target=self._work, args=(ready,)) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        ready.wait()  # every connection is there: what a tunnel costs to open isn't judged here
        self._start = time.perf_counter() + 0.02
        self._go.set()
        for thread in threads:
            thread.join()

    def _work(self, ready: threading.Barrier) -> None:
        client = Client(self._route, 10.0)
        with contextlib.suppress(RouteError):  # told by the requests that count
            client.ask("/small", b"{}")
        ready.wait()
        self._go.wait()
        while (index := next(self._next)) < len(self._due):
            due = self._start + self._due[index]
            if (early := due - time.perf_counter()) > 0:
                time.sleep(early)
            body = b'{"number": "%d"}' % index
            try:
                status, data = client.ask(f"/once?mark={self._name}-{index}", body)
            except RouteError as error:
                with self._lock:
                    self.errors.append(f"a request {error}")
                continue
            took = time.perf_counter() - due
            with self._lock:
                self.latencies.append(took)
                if status != 200:
                    self.errors.append(f"a request was answered {status}")
                elif data != body:
                    self.wrong += 1
        client.close()


def _counts(lab: Laboratory) -> dict[str, int]:
    import json

    client = Client(lab.route("http", None))
    try:
        counts: dict[str, int] = json.loads(client.ask("/counts")[1])
    finally:
        client.close()
    return counts


def _percentiles(seconds: list[float]) -> dict[str, float]:
    """Milliseconds at p50, p95, p99 and the largest, by HdrHistogram (1 us to 120 s, three digits)."""
    from hdrh.histogram import HdrHistogram

    histogram = HdrHistogram(1, 120_000_000, 3)
    for value in seconds:
        histogram.record_value(min(120_000_000, max(1, round(value * 1e6))))
    told = {f"p{p}": histogram.get_value_at_percentile(p) / 1000 for p in (50, 95, 99)}
    return {**told, "max": histogram.get_max_value() / 1000}
