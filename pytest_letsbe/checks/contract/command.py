"""Drives Schemathesis by its documented command and ndjson report, for a release whose engine isn't the one we know."""

from __future__ import annotations

import base64
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ...api.description import Description
from ...model import CheckFailure, UsageError
from .record import CHECKS, Known, record
from .results import Results
from .settings import ANSWER, RUN, Settings, directly, is_excluded
from .unknown import Sent

#: Exit codes of a run that came to its end: nothing found, something found.
ENDED = (0, 1)


def drive(
    description: Description,
    url: str,
    settings: Settings,
    results: Results,
    operations: dict[str, Known],
    succeeded: dict[str, Sent],
) -> None:
    """Run the command, and add what its report says to the results.

    Raises:
        UsageError: schemathesis.toml is off.
        CheckFailure: there is no such command, or it writes no report.
    """
    with tempfile.TemporaryDirectory(prefix="letsbe-schemathesis-") as name:
        folder = Path(name)
        report = folder / "events.ndjson"
        argv = [*_command(), "--config-file", str(_config(settings, folder)), "run", str(description.path.resolve())]
        argv += _options(description, url, settings, report)
        with directly(url):
            code, said = _run(argv, settings.config.parent if settings.config else folder)
        if not report.is_file():
            last = said.strip().splitlines()[-1:] or ["nothing"]
            raise CheckFailure(f"schemathesis run wrote no ndjson report (exit {code}); its last word: {last[0][:300]}")
        finished = False
        for kind, event in _events(report):
            finished |= kind == "EngineFinished"
            _take(kind, event, results, operations, succeeded)
        if code not in ENDED or not finished:
            results.errors.append(f"schemathesis run ended with {code} before it was done")


def _command() -> list[str]:
    beside = Path(sys.executable).with_name("schemathesis")
    if not beside.is_file():
        raise CheckFailure(f"there is no command {beside}: pip install 'pytest-letsbe[contract]'")
    return [str(beside)]


def _config(settings: Settings, folder: Path) -> Path:
    """The repo's schemathesis.toml, with the target's credentials where it has none."""
    text = settings.config.read_text(encoding="utf-8") if settings.config else ""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{settings.config}: {error}") from None
    if "auth" not in said:
        for name, keys in settings.auth.items():
            lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
            text += "\n".join(["", f"[auth.openapi.{json.dumps(name)}]", *lines, ""])
    path = folder / "schemathesis.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _options(description: Description, url: str, settings: Settings, report: Path) -> list[str]:
    options = {
        "--url": url,
        "--checks": ",".join(CHECKS[name] for name in settings.checks),
        "--phases": ",".join(settings.phases),
        "--max-examples": settings.max_examples,
        "--seed": settings.seed,
        "--workers": 1,
        "--max-redirects": 0,
        "--request-timeout": ANSWER,
        "--suppress-health-check": "all",
        "--generation-database": "none",
        "--report": "ndjson",
        "--report-ndjson-path": report,
        "--output-sanitize": "false",  # what succeeded is sent again, as it was; the report goes with its folder
    }
    found = [str(word) for name, value in options.items() if value is not None for word in (name, value)]
    for operation in description.operations:
        if is_excluded(operation, settings.exclude):
            found += ["--exclude-name", operation.label]
    return [*found, "--continue-on-failure", "--no-color"]


def _run(argv: list[str], folder: Path) -> tuple[int | None, str]:
    """Exit code (None when it was ended) and output; the whole group goes."""
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            code: int | None = child.wait(RUN)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        output.seek(0)
        return code, output.read().decode("utf-8", "replace")


def _events(report: Path) -> Iterator[tuple[str, Any]]:
    with report.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                return  # it was ended while it wrote
            yield from event.items()


def _take(kind: str, event: Any, results: Results, operations: dict[str, Known], succeeded: dict[str, Sent]) -> None:
    if kind == "ScenarioFinished":
        record(_recorder(event.get("recorder") or {}), results, operations, succeeded)
    elif kind == "NonFatalError":
        info, label = event.get("info") or event.get("value") or {}, str(event.get("label"))
        said = f"{info.get('title', 'error')}: {info.get('message', '')}" if isinstance(info, dict) else str(info)
        (results.of(label).errors if label in operations else results.errors).append(said.replace("\n", " ")[:400])
    elif kind == "FatalError":
        error = event.get("exception") or {}
        results.errors.append(f"Schemathesis ended: {error.get('type')}: {error.get('message')}")


def _recorder(said: Mapping[str, Any]) -> Any:
    """The report's scenario in the shape of Schemathesis' own recorder."""
    interactions = {name: _interaction(one) for name, one in said.get("interactions", {}).items()}
    checks = {}
    for name, listed in said.get("checks", {}).items():
        curl = _curl(interactions[name].request) if name in interactions else ""
        checks[name] = [_check(one, curl) for one in listed]
    label = str(said.get("label"))
    cases = {name: SimpleNamespace(value=_case(node["value"], label)) for name, node in said.get("cases", {}).items()}
    return SimpleNamespace(cases=cases, interactions=interactions, checks=checks)


def _case(said: Mapping[str, Any], label: str) -> Any:
    """A scenario is named after its operation, whatever method was tried on it; a stateful one is of several."""
    mode = said.get("meta", {}).get("generation", {}).get("mode")
    generation = SimpleNamespace(mode=SimpleNamespace(is_negative=mode == "negative") if mode else None)
    return SimpleNamespace(
        operation=SimpleNamespace(label=label if " /" in label else f"{said['method']} {said['path']}"),
        method=said["method"],
        meta=SimpleNamespace(generation=generation),
        **{name: said.get(name) for name in ("path_parameters", "query", "headers", "cookies")},
    )


def _interaction(said: Mapping[str, Any]) -> Any:
    asked, answered = said["request"], said.get("response")
    headers = {name: value if isinstance(value, list) else [value] for name, value in asked.get("headers", {}).items()}
    request = SimpleNamespace(method=asked["method"], uri=asked["uri"], headers=headers, body=_bytes(asked.get("body")))
    response = answered and SimpleNamespace(
        status_code=answered["status_code"], content=_bytes(answered.get("content"))
    )
    return SimpleNamespace(request=request, response=response)


def _check(said: Mapping[str, Any], curl: str) -> Any:
    info = said.get("failure_info")
    if isinstance(info, dict):
        failure = info.get("failure", {})
        told = SimpleNamespace(
            title=failure.get("title", ""),
            message=failure.get("message", ""),
            schema_path=failure.get("schema_path"),
            instance_path=failure.get("instance_path", ()),
        )
        info = SimpleNamespace(failure=told, code_sample=info.get("code_sample", curl))
    return SimpleNamespace(name=said["name"], status=said["status"], failure_info=info)


def _bytes(said: Any) -> bytes:
    if isinstance(said, dict) and "$base64" in said:
        return base64.b64decode(said["$base64"])
    return said.encode() if isinstance(said, str) else b""


def _curl(request: Any) -> str:
    """The request by hand, credentials left out as Schemathesis leaves them out."""
    words = ["curl", "-X", request.method]
    for name, values in request.headers.items():
        secret = name.lower() in ("authorization", "cookie", "proxy-authorization") or "key" in name.lower()
        words += ["-H", f"{name}: {'[Filtered]' if secret else ', '.join(values)}"]
    if request.body:
        words += ["-d", request.body.decode("utf-8", "replace")]
    return shlex.join([*words, request.uri])
