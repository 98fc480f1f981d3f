"""One OpenClaw and what watches it, shared by the cases of a session: model, ledger, gateway, approver."""

from __future__ import annotations

import http.client
import json
import shutil
import tempfile
import threading
import weakref
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...model import CheckFailure, Location
from ...targets.child import StartError
from ...targets.excerpt import mask
from ...targets.process import StartedServer
from .approver import Approver
from .fake_model import FakeModel, Script
from .home import Home
from .install import Installed, ensure
from .once import run_once
from .options import HooksOptions
from .policies import Decision, policy
from .sentinel import Ledger


class Lab:
    """Everything starts at its first use; ``close`` ends and removes it.

    Args:
        root: what paths in the options are relative to.
        location: where the manifest names the check.
    """

    def __init__(self, options: HooksOptions, root: Path, location: Location | None) -> None:
        self.options = options
        self.timeout = options.timeout
        self._root = root
        self._location = location
        self._installed: Installed | None = None
        self._gateway: StartedServer | None = None
        self._approver: Approver | None = None
        self._policy: str | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="letsbe-openclaw-"))
        self._sweeper = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self.model = FakeModel()
        self.home = Home(self._folder, plugin_folder(options, root))
        try:
            self.home.write(options, self.model.url, location)
        except BaseException:
            self.close()
            raise
        self.ledger = Ledger(self.home.ledger)
        self._one_shots = 0

    @property
    def installed(self) -> Installed:
        if self._installed is None:
            lock = None if self.options.lock is None else self._root / self.options.lock
            self._installed = ensure(self.options.openclaw, self._root / self.options.cache, lock)
        return self._installed

    def effects(self, decision: Decision, ttl: float = 120.0) -> None:
        """From now on the policy says this of everything that has an effect."""
        self.write_policy(policy(decision, ttl))

    def write_policy(self, text: str | None) -> None:
        """The policy file holds this from now on; None removes it."""
        if text == self._policy:
            return
        self._policy = text
        if text is None:
            self.home.policy.unlink(missing_ok=True)
        else:
            new = self.home.policy.with_suffix(".new")
            new.write_text(text, encoding="utf-8")
            new.replace(self.home.policy)
        if self.options.reload == "restart":
            self.stop_gateway(2.0)

    @property
    def gateway(self) -> StartedServer:
        """The gateway, running. Raises ``TargetDead`` with its last words when it doesn't start."""
        if self._gateway is None:
            argv = self.home.command(self.installed, self.options, "gateway", "run", "--port", "{port}")
            self._gateway = StartedServer(
                [part if part == "{port}" else part.replace("{", "{{").replace("}", "}}") for part in argv],
                "http://127.0.0.1:{port}",
                ready="/health",
                cwd=self.home.workspace,
                timeout=self.timeout,
                label=f"openclaw {self.options.openclaw} gateway",
                location=self._location,
            )
        if self._gateway.is_running:
            self._gateway.check_alive()
        else:
            self._gateway.start()
        return self._gateway

    @property
    def approver(self) -> Approver:
        """An approver that is connected to the running gateway."""
        if self._approver is None:
            self._approver = Approver(self.installed, self.gateway.url, self.home.token, self.options.approvals)
        return self._approver

    def stop_gateway(self, grace: float = 0.0) -> None:
        """End it with everything it started; 0 seconds of grace is a crash. Its state stays."""
        if self._approver is not None:
            self._approver.close()
            self._approver = None
        if self._gateway is not None:
            self._gateway.stop(grace)

    def turn(self, script: Script) -> None:
        """One agent turn through the gateway that plays the script; returns when the agent has answered."""
        self.model.load(script)
        body = {"model": "openclaw", "messages": [{"role": "user", "content": script.prompt}]}
        self.post("/v1/chat/completions", body)

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, str]:
        """Status and body of a POST to the gateway; status 0 and what broke when the connection did."""
        url = urlsplit(self.gateway.url)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=self.timeout)
        headers = {"authorization": f"Bearer {self.home.token}", "content-type": "application/json"}
        try:
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error) or type(error).__name__
        finally:
            connection.close()

    def begin(self, script: Script) -> threading.Thread:
        """A turn in the background, for what is decided while it waits; join the thread."""
        _ = self.gateway  # a start that fails is told here
        thread = threading.Thread(target=self.turn, args=(script,), daemon=True)
        thread.start()
        return thread

    def one_shot(self, script: Script, *arguments: str) -> str:
        """One run of OpenClaw's command line in a state of its own; what it said last."""
        self.model.load(script)
        self._one_shots += 1
        state = self._folder / f"one-shot-{self._one_shots}"
        state.mkdir()
        argv = self.home.command(self.installed, self.options, *arguments)
        argv = [f"OPENCLAW_STATE_DIR={state}" if part.startswith("OPENCLAW_STATE_DIR=") else part for part in argv]
        try:
            said, code = run_once(argv, self.home.workspace, {}, self.timeout)
        except StartError as error:
            raise CheckFailure(f"openclaw {self.options.openclaw} can't be run: {error}") from None
        if code is None:
            raise CheckFailure(
                f"openclaw {' '.join(arguments[:2])} didn't end within {self.timeout:g} s",
                evidence=[mask(line) for line in said.splitlines()[-6:]],
            )
        return said

    def close(self) -> None:
        self.stop_gateway()
        if self._gateway is not None:
            self._gateway.close()
        self.model.close()
        self._sweeper()


def plugin_folder(options: HooksOptions, root: Path) -> Path:
    """Where the plugin under test lies; ``reference`` is the one shipped with the suite."""
    if options.plugin == "reference":
        return Path(__file__).parents[2] / "reference" / "openclaw-plugin"
    return (root / options.plugin).resolve()
