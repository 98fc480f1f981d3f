"""A correct gate that is SIGKILLed in the midst of its work: `dying_gate.py BOOK AFTER LATE_MS AGAIN [PORT]`.

It kills itself LATE_MS after request number AFTER has arrived, with AGAIN=1 each time it was started anew, and leaves a
helper process behind. BOOK is a file that keeps the pids, ports and sinks, so that what is left of them can be looked for.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from pytest_letsbe.reference import make
from pytest_letsbe.reference.serve import Served, serve_http, serve_stdio


class Dying(Served):
    """The reference, counting what it is asked."""

    def __init__(self, book: Path, after: int, late: float) -> None:
        super().__init__(make("gate"), "dying", "1", side_by_side=True)
        self._book, self._after, self._late = book, after, late
        self._asked = 0
        self._counting = threading.Lock()

    def answer(self, op, input):
        with self._counting:
            self._asked += 1
            due = self._asked == self._after
        if op == "reset":
            note(self._book, "port", urlsplit(input["sink"]).port)
        if due:
            threading.Thread(target=die, args=(self._book, self._late), daemon=True).start()
            time.sleep(0 if self._late else 5)  # nothing late: it dies before it answers
        return super().answer(op, input)


def note(book: Path, what: str, value: object) -> None:
    with book.open("a") as file:
        file.write(f"{what} {value}\n")


def die(book: Path, late: float) -> None:
    time.sleep(late)
    note(book, "died", os.getpid())
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    book, after, late, again, *port = sys.argv[1:]
    first = not Path(book).exists()
    helper = subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL)
    for pid in (os.getpid(), helper.pid):
        note(Path(book), "pid", pid)
    mortal = first or again == "1"
    if mortal and after == "0":
        die(Path(book), float(late) / 1000)
    served = Dying(Path(book), int(after) if mortal else -1, float(late) / 1000)
    if port:
        note(Path(book), "port", port[0])
        serve_http(served, int(port[0]))
    else:
        serve_stdio(served, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
