"""Runs one server until standard input ends, then ends it and removes its folder, whatever became of its parent.

Started as a script of its own (``python -I keeper.py FOLDER UID GID ARGV...``), so that nothing of a run that was
killed stays behind. UID and GID are -1 when the server runs as whoever started it.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys

#: Seconds for an immediate shutdown (SIGQUIT), and between two looks whether the server still runs.
GRACE, LOOK = 5.0, 0.2
#: The file that appears in FOLDER when the server ended by itself; the folder stays until standard input ends.
ENDED = "ended"


def main(argv: list[str]) -> int:
    folder, uid, gid, command = argv[0], int(argv[1]), int(argv[2]), argv[3:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # only the end of stdin ends us, and it always comes
    who = {"user": uid, "group": gid, "extra_groups": []} if uid >= 0 else {}
    try:
        with open(os.path.join(folder, "log"), "ab") as log:  # noqa: PTH118, PTH123 - no import that costs time
            server = subprocess.Popen(  # type: ignore[call-overload]
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=folder,
                **who,
            )
        while not select.select([sys.stdin], [], [], LOOK)[0]:
            if server.poll() is not None:
                open(os.path.join(folder, ENDED), "wb").close()  # noqa: PTH118, PTH123 - tells whoever waits
                sys.stdin.buffer.read()
        server.send_signal(signal.SIGQUIT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(GRACE)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
