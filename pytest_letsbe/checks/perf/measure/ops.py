"""The measurements by name, as the laboratory is asked for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import bulk, crowd, growth, latency, memory, stream

OPS: Mapping[str, Callable[..., Any]] = {
    "exchange": latency.exchange,
    "interleaved": latency.interleaved,
    "open_loop": latency.open_loop,
    "throughput": bulk.throughput,
    "slow_reader": bulk.slow_reader,
    "stream": stream.lags,
    "growth": growth.costs,
    "memory": memory.series,
    "tunnels": crowd.tunnels,
}
