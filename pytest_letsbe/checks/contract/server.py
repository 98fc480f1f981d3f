"""The server under test, and what one run of generated requests showed of it."""

from __future__ import annotations

import secrets
import sys
from urllib.parse import urlsplit

from ...api.description import Description
from ...api.mock.doors import credentials
from ...api.routes import base_path
from ...model import CheckFailure, LetsbeError, Location, Spec, UsageError
from ...targets import connect
from ...targets.base import Target
from ...targets.process import StartedServer
from ...targets.spec import TargetSpec
from ...targets.started import StartedTarget
from . import engine
from .contract import Contract
from .results import Results


class ApiTarget(StartedTarget):
    """Our reference as a target; ``token`` opens its doors."""

    def __init__(self, server: StartedServer, token: str, *, timeout: float) -> None:
        super().__init__(server, role="api", timeout=timeout, is_reference=True)
        self.token = token


def open_target(target: TargetSpec, spec: Spec, location: Location | None) -> Target:
    """The server that the manifest describes; `{reference: correct}` is ours, made from the contract's description."""
    if target.reference is not None:
        return _reference(target, spec, location)
    if target.url is None:
        raise UsageError("an API is a server: describe it with `start` and `url`, or with `url` alone", location)
    return connect(target, role="api", root=spec.root, location=location)


def _reference(target: TargetSpec, spec: Spec, location: Location | None) -> Target:
    token = secrets.token_urlsafe(24)
    path = (spec.root / spec.options.spec).resolve()
    argv = [sys.executable, "-P", "-m", "pytest_letsbe", "serve", "api", "--variant", str(target.reference)]
    server = StartedServer(
        [*argv, "--port", "{port}", "--spec", str(path)],
        "http://127.0.0.1:{port}",
        cwd=spec.root,
        env={**(target.env or {}), "LETSBE_API_TOKEN": token},
        timeout=target.timeout,
        label=f"reference {target.reference}",
        location=location,
    )
    return ApiTarget(server, token, timeout=target.timeout)


class ApiServer:
    """One target and one contract: generated requests are run once, when first wanted."""

    def __init__(self, contract: Contract, target: Target | None) -> None:
        self._contract = contract
        self._target = target
        self._found: Results | LetsbeError | None = None
        #: What tests that people wrote exercised.
        self.watched = Results()

    @property
    def url(self) -> str:
        """Where it listens; starts it if need be."""
        target = self._target
        if target is None:
            raise CheckFailure("there is no server to ask: the manifest names no target for the contract")
        return (target.url if isinstance(target, StartedTarget) else target.label).rstrip("/")

    def results(self) -> Results:
        """What the run showed. Raises what ended it: TargetDead, CheckFailure or UsageError as CheckFailure."""
        if self._found is None:
            try:
                self._found = self._run()
            except LetsbeError as error:
                self._found = error
        if isinstance(self._found, UsageError):
            raise CheckFailure(str(self._found))
        if isinstance(self._found, LetsbeError):
            raise self._found
        return self._found

    def exercised(self) -> Results:
        """The run and the watched tests together, for what was exercised."""
        both = Results()
        for results in (self.results(), self.watched):
            for label, seen in results.operations.items():
                both.of(label).parameters.update(seen.parameters)
                for status in seen.statuses:
                    both.of(label).saw(status)
        return both

    def _run(self) -> Results:
        description, target = self._contract.require(), self._target
        url = below_base_path(description, self.url)
        auth = credentials(description, target.token) if isinstance(target, ApiTarget) else {}
        found = engine.run(description, url, self._contract.settings(auth))
        if isinstance(target, StartedTarget):
            target.server.check_alive()
        return found


def below_base_path(description: Description, url: str) -> str:
    """The url that paths hang below: that of the target, with the base path of the description where it has none.

    Servers behind a gateway leave the base path to the gateway: one look at an operation that names nothing tells.
    """
    base = base_path(description)
    if not base or urlsplit(url).path.rstrip("/"):
        return url
    import requests

    plain = [o.path for o in description.operations if o.method == "get" and "{" not in o.path]
    with requests.Session() as session:
        session.trust_env = False
        for path in plain[:3]:
            try:
                statuses = [
                    session.get(f"{at}{path}", timeout=10, allow_redirects=False).status_code
                    for at in (url + base, url)
                ]
            except requests.RequestException:
                continue
            if (statuses[0] == 404) != (statuses[1] == 404):
                return url if statuses[0] == 404 else url + base
    return url + base
