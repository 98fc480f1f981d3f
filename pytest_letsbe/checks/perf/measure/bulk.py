"""Large bodies: how fast they pass, and how much the proxy holds of one that its client doesn't read."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING, Any

from ..client import Client, RouteError

if TYPE_CHECKING:
    from ..laboratory import Laboratory

MB = 1_000_000
#: So much read after the pause shows that the body still comes.
ENOUGH = 8 * MB


def throughput(lab: Laboratory, way: str, proxy: str, body_mb: float, blocks: int) -> dict[str, Any]:
    """Megabytes a second of a download, direct and proxied in turn (ABBA)."""
    direct, proxied = Client(lab.route(way, None), 60.0), Client(lab.route(way, proxy), 60.0)
    size = round(body_mb * MB)
    rates: dict[str, list[float]] = {"direct": [], "proxied": []}
    try:
        for _ in range(blocks):
            for name, client in (("direct", direct), ("proxied", proxied), ("proxied", proxied), ("direct", direct)):
                started = time.perf_counter()
                status, data = client.ask(f"/bytes?n={size}")
                if status != 200 or len(data) != size:
                    raise RouteError(f"for {body_mb:g} MB was answered {status} with {len(data):,} bytes")
                rates[name].append(size / MB / (time.perf_counter() - started))
    finally:
        direct.close()
        proxied.close()
    return rates


def slow_reader(lab: Laboratory, way: str, proxy: str, body_mb: float, pause: float, most: float) -> dict[str, Any]:
    """Resident megabytes of the proxy while a client asks for a large body and doesn't read it.

    The wait goes on while memory still grows, up to ``most`` seconds; then the client reads on, and the bytes must
    still come.
    """
    server = lab.server(proxy)
    size = round(body_mb * MB)
    exchange = Client(lab.route(way, proxy))
    exchange.seconds("/small")  # what the first request costs isn't the body's
    exchange.close()
    series = [(0.0, server.resident_bytes())]
    connection = lab.route(way, proxy).open(20.0, receive_buffer=16384)
    client = Client(lab.route(way, proxy), 20.0)
    client._connection = connection
    try:
        response = client.begin(f"/bytes?n={size}")
        started = time.monotonic()
        while True:
            time.sleep(0.1)
            now = time.monotonic() - started
            series.append((now, server.resident_bytes()))
            if now >= most or (now >= pause and not _grows(series)):
                break
        server.check_alive()
        status, came = response.status, _read_on(response, 1.0)
    finally:
        client.close()
    return {
        "status": status,
        "came": came,
        "size": size,
        "series": [(at, None if r is None else r / MB) for at, r in series],
    }


def _grows(series: list[tuple[float, int | None]]) -> bool:
    recent = [size for _, size in series[-6:] if size is not None]
    return len(recent) > 1 and recent[-1] - recent[0] > MB


def _read_on(response: http.client.HTTPResponse, seconds: float) -> int:
    came, end = 0, time.monotonic() + seconds
    try:
        while came < ENOUGH and time.monotonic() < end and (data := response.read1(65536)):
            came += len(data)
    except OSError:
        pass
    return came
