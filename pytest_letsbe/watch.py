"""Behind pytest's own dots, a terminal shows which case takes long, since when, and how many are left."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from .progress import somebody_watches

#: Seconds a case may take unseen, and between two looks at it.
_LONG, _EVERY = 2.0, 0.5
#: Save the cursor and write faintly; and: erase up to the line's end, restore the cursor.
_BEGIN, _ERASE = "\0337\033[2m", "\033[0m\033[K\0338"
#: Columns below which nothing is said.
_NARROW = 24


class Watch:
    """One thread for the whole run; it writes past pytest's capture, and erases before pytest writes on.

    Args:
        descriptor: of the terminal, taken while nothing is captured; closed with the run.
    """

    def __init__(self, config: pytest.Config, descriptor: int) -> None:
        self._writer = config.get_terminal_writer()
        self._descriptor = descriptor
        self._lock, self._over = threading.Lock(), threading.Event()
        self._case, self._began, self._shown = "", 0.0, False
        self._done = self._total = 0
        self._thread = threading.Thread(target=self._look, name="letsbe-watch", daemon=True)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._total = len(session.items)
        if any("letsbe.yaml::" in item.nodeid for item in session.items):
            self._thread.start()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        with self._lock:
            self._case, self._began = item.nodeid, time.monotonic()
        try:
            return (yield)
        finally:
            self._erase()
            self._case = ""
            self._done += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self) -> None:
        self._erase()  # before the dot

    def pytest_unconfigure(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        os.close(self._descriptor)

    def _look(self) -> None:
        while not self._over.wait(_EVERY):
            with self._lock:
                seconds = time.monotonic() - self._began
                if self._case and seconds > _LONG:
                    self._show(f"  {self._case}: {seconds:.0f} s, {self._done:,} of {self._total:,} done")

    def _show(self, text: str) -> None:
        room = shutil.get_terminal_size().columns - self._writer.width_of_current_line - 1
        if room < _NARROW:
            return
        plain = "".join(c if c.isprintable() else "?" for c in text)
        if len(plain) > room:  # the end says more than the beginning
            plain = f"  …{plain[-(room - 3) :]}"
        self._write(f"{_BEGIN}{plain}{_ERASE}")
        self._shown = True

    def _erase(self) -> None:
        with self._lock:
            if self._shown:
                self._write("\033[K")
            self._shown = False

    def _write(self, text: str) -> None:
        try:
            os.write(self._descriptor, text.encode())
        except OSError:  # the terminal has gone; pytest will tell
            self._over.set()


def watch(config: pytest.Config) -> Watch | None:
    """A watch over this run, where somebody looks at a terminal that can be written over."""
    quiet = config.getoption("verbose") < 0 or not config.pluginmanager.has_plugin("terminalreporter")
    if quiet or config.getoption("dist", "no") != "no" or not somebody_watches(sys.stdout):
        return None
    return Watch(config, os.dup(sys.stdout.fileno()))
