"""What stands before the real commands inside: a notebook of every argument, a systemctl without systemd, stubs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

#: Where commands are looked for inside, in this order.
FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin")
#: Ends one command's record in the notebook; a NUL ends each argument.
END = b"\x1e\n"

#: Builtins only, until the real command takes its place. A run that is to be killed stops here, before a command.
_AUDIT = r"""#!/bin/sh
name=${0##*/}
printf '%s\0' "$name" "$@" >>/letsbe/audit/arguments 2>/dev/null
printf '\036\n' >>/letsbe/audit/arguments 2>/dev/null
if [ -f /letsbe/audit/stop ]; then
  printf '\n' >>/letsbe/audit/count
  read -r at </letsbe/audit/stop
  n=0
  while read -r _; do n=$((n + 1)); done </letsbe/audit/count
  if [ "$n" -ge "$at" ]; then
    : >/letsbe/audit/reached
    read -r _ </letsbe/audit/never
  fi
fi
[ -x "/letsbe/stubs/$name" ] && exec "/letsbe/stubs/$name" "$@"
for folder in FOLDERS; do
  [ -x "$folder/$name" ] && exec "$folder/$name" "$@"
done
exit 127
""".replace("FOLDERS", " ".join(FOLDERS))

#: enable and disable as systemctl does them on files; there is nothing to start.
_SYSTEMCTL = r"""#!/bin/sh
verb= units=
for word in "$@"; do
  case $word in -*) ;; *) if [ -z "$verb" ]; then verb=$word; else units="$units $word"; fi ;; esac
done
wants=/etc/systemd/system/multi-user.target.wants
for unit in $units; do
  unit=${unit##*/}
  case $unit in *.*) ;; *) unit=$unit.service ;; esac
  case $verb in
    enable | start | restart)
      if [ ! -e "/etc/systemd/system/$unit" ] && [ ! -e "/usr/lib/systemd/system/$unit" ]; then
        echo "Unit $unit could not be found." >&2
        exit 5
      fi ;;
  esac
  case $verb in
    enable) /usr/bin/mkdir -p "$wants" && /usr/bin/ln -sfn "/etc/systemd/system/$unit" "$wants/$unit" ;;
    disable) /usr/bin/rm -f "$wants/$unit" ;;
    is-enabled | is-active) [ -L "$wants/$unit" ] || exit 1 ;;
  esac
done
exit 0
"""
_STUB = "#!/bin/sh\nexit 0\n"
#: Started first inside: runs the provisioner, tells its end, and keeps the namespaces until it is told to go.
HOLD = """#!/bin/sh
"$@" </dev/null
printf '%s\\n' "$?" >/letsbe/audit/code
read -r _
"""


def write(folder: Path, stubs: Iterable[str]) -> None:
    """Fill ``hold``, ``audited`` and ``stubs`` below the folder."""
    (folder / "stubs").mkdir()
    _program(folder / "hold", HOLD)
    _program(folder / "audited", _AUDIT)
    _program(folder / "stubs" / "systemctl", _SYSTEMCTL)
    for name in stubs:
        _program(folder / "stubs" / name, _STUB)


def commands(notebook: bytes) -> list[list[bytes]]:
    """The arguments of every command that was started by its name, in order."""
    return [record.split(b"\0")[:-1] for record in notebook.split(END) if record]


@cache
def names() -> tuple[str, ...]:
    """Every command that the host's /usr holds: each gets the notebook in front."""
    found: set[str] = {"systemctl"}
    for folder in FOLDERS:
        with contextlib.suppress(OSError):
            found |= {entry.name for entry in os.scandir(folder) if os.access(entry.path, os.X_OK)}
    return tuple(sorted(found))


def _program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
