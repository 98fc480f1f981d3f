"""The processes of a session, the CPU time they used and the memory they hold, read from Linux' /proc."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PROC = Path("/proc")


def session_members(session: int) -> list[int]:
    """Process ids of a session, zombies left out; empty where /proc doesn't tell."""
    return [pid for pid, fields in _processes() if int(fields[3]) == session and fields[0] != "Z"]


def session_cpu_seconds(session: int) -> float | None:
    """CPU time of a session's processes and of the children they waited for, or None off Linux.

    Living threads count to the nanosecond; ended threads and ended children to the clock tick (10 ms).
    """
    if not sys.platform.startswith("linux"):
        return None
    tick = 1 / os.sysconf("SC_CLK_TCK")
    total = 0.0
    for pid, fields in _processes():
        if int(fields[3]) != session:
            continue
        own = (int(fields[11]) + int(fields[12])) * tick
        waited_for = (int(fields[13]) + int(fields[14])) * tick
        # Both are lower bounds: schedstat forgets ended threads, the tick counter forgets fractions.
        total += max(own, _thread_seconds(pid)) + waited_for
    return total


def session_resident_bytes(session: int) -> int | None:
    """Resident memory of a session's processes (what they share counts for each), or None where that can't be read."""
    total = 0
    for pid in session_members(session):
        try:
            total += int((PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError, ValueError):  # it ended meanwhile
            continue
    return total or None


def _processes() -> list[tuple[int, list[str]]]:
    """Every process with the fields of its ``stat`` line that follow the command's name (state comes first)."""
    if not sys.platform.startswith("linux"):
        return []
    found = []
    for name in os.listdir(PROC):  # noqa: PTH208 - thousands of names: no Path for each
        if name.isdigit():
            try:
                stat = (PROC / name / "stat").read_text(errors="replace")
            except OSError:  # it ended meanwhile
                continue
            found.append((int(name), stat.rpartition(")")[2].split()))
    return found


def session_waiting_seconds(session: int) -> float:
    """Time that a session's living threads were ready to run and had no CPU; 0 where the kernel doesn't tell."""
    return sum(_thread_seconds(pid, 1) for pid in session_members(session))


def _thread_seconds(pid: int, column: int = 0) -> float:
    nanoseconds = 0
    try:
        for task in (PROC / str(pid) / "task").iterdir():
            nanoseconds += int((task / "schedstat").read_text().split()[column])
    except (OSError, IndexError, ValueError):  # it ended meanwhile, or the kernel keeps no schedstat
        pass
    return nanoseconds / 1e9
