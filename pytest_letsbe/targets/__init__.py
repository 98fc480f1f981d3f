"""Targets: the things under test, reached as Python code, a process on stdio, or a server; `connect` picks the way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # pyhost runs inside this package and must start fast: every way is imported when it is taken
    from ..model import Location
    from .base import Target
    from .spec import TargetSpec

WAYS = ("run", "python", "reference", "via", "start", "url")

#: Another package's way to reach a target: its `with` options, the role and the manifest's folder in, a target out.
Connector = Callable[[Mapping[str, Any], str, Path], "Target"]


def connect(
    spec: TargetSpec,
    *,
    role: str,
    root: Path,
    location: Location | None = None,
    placeholders: Mapping[str, str] | None = None,
    connectors: Mapping[str, Connector] | None = None,
) -> Target:
    """The target that ``spec`` describes; nothing runs before its first call.

    Args:
        role: what the check needs it to be: ``redactor``, ``gate``, ``rollout``, ``proxy``, ``api``.
        root: the manifest's folder; ``cwd`` is relative to it.
        location: where the manifest describes it, for the UsageError that a contradiction raises.
        connectors: ways to reach a target that other packages registered, by name.
        placeholders: values for ``{policy}``, ``{dns}`` and ``{ca}`` of a started server.
    """
    _check(spec, location)
    if spec.via is not None:
        return _connector(spec.via, connectors or {}, location)(spec.options, role, root)
    cwd = root.absolute() / (spec.cwd or "")
    if spec.python is not None:
        from .python import PythonTarget

        return PythonTarget(spec.python, role=role, cwd=cwd, env=spec.env, timeout=spec.timeout)
    if spec.start is not None and spec.url is not None:
        from .process import StartedServer
        from .started import StartedTarget

        server = StartedServer(
            spec.start,
            spec.url,
            ready=spec.ready,
            cwd=cwd,
            env=spec.env,
            timeout=spec.timeout,
            placeholders=placeholders,
            location=location,
        )
        return StartedTarget(server, role=role, timeout=spec.timeout)
    if spec.url is not None:
        from .http import HttpTarget
        from .wire import check_url

        check_url(spec.url, location)
        return HttpTarget(spec.url, role=role, timeout=spec.timeout)
    from .stdio import StdioTarget

    if spec.reference is not None:
        from ..model import UsageError
        from ..reference import REFERENCES
        from ..suggest import did_you_mean

        variants = REFERENCES.get(role, {})
        if spec.reference not in variants:
            near = did_you_mean(spec.reference, variants)
            raise UsageError(f"no embedded reference {spec.reference!r} plays a {role}{near}", location)
        argv = [sys.executable, "-P", "-m", "pytest_letsbe", "serve", role, "--variant", spec.reference]
        label = f"reference {spec.reference}"
        env = {"LETSBE_STATE": "{state}", **(spec.env or {})} if role in ("gate", "onboarding") else spec.env
        return StdioTarget(argv, role=role, cwd=cwd, env=env, timeout=spec.timeout, label=label, is_reference=True)
    return StdioTarget(spec.run or [], role=role, cwd=cwd, env=spec.env, timeout=spec.timeout)


def _connector(name: str, connectors: Mapping[str, Connector], location: Location | None) -> Connector:
    from ..model import UsageError
    from ..suggest import did_you_mean

    if name not in connectors:
        raise UsageError(f"no package registered the target {name!r}{did_you_mean(name, connectors)}", location)
    return connectors[name]


def _check(spec: TargetSpec, location: Location | None) -> None:
    from ..model import UsageError

    given = [way for way in WAYS if getattr(spec, way) is not None]
    if not given:
        raise UsageError(
            "a target needs one of `run`, `python`, `reference`, `via`, `start` with `url`, or `url`", location
        )
    if given == ["start"]:
        raise UsageError('`start` needs a `url`, such as "http://127.0.0.1:{port}"', location)
    if len(given) > 1 and given != ["start", "url"]:
        raise UsageError(
            f"a target is reached in one way, not by {' and '.join(f'`{way}`' for way in given)}", location
        )
    for way in ("run", "start"):
        argv = getattr(spec, way)
        if argv is not None and not (argv and argv[0]):
            raise UsageError(f"`{way}` needs a program, such as [node, dist/main.js]", location)
    if spec.ready is not None and given != ["start", "url"]:
        raise UsageError("`ready` belongs to a target with `start`; remove it", location)
    if given == ["url"] and (spec.cwd is not None or spec.env is not None):
        raise UsageError("`cwd` and `env` have no effect on a server that runs already; remove them", location)
