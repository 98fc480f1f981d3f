"""perf: what the proxy costs, as a ratio or an addition to going direct, never as a bare number of seconds."""
