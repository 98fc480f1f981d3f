"""A home of its own for one OpenClaw: state, workspace, config and environment, nothing of the user's."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...model import Location, UsageError
from .install import Installed
from .options import HooksOptions
from .sentinel import PLUGIN, TOOL

#: Where nothing listens: OpenClaw looks for updates and model catalogues, and none of that may leave the machine.
_NOWHERE = "http://127.0.0.1:9"
_QUIET = {
    "OPENCLAW_DISABLE_BONJOUR": "1",
    "OPENCLAW_DISABLE_BUNDLED_PLUGINS": "1",
    "OPENCLAW_NO_AUTO_UPDATE": "1",
    "OPENCLAW_NO_RESPAWN": "1",
    "OPENCLAW_SKIP_CHANNELS": "1",
    "OPENCLAW_SKIP_CRON": "1",
    "OPENCLAW_SKIP_PROVIDERS": "1",
    "OPENCLAW_SKIP_STARTUP_MODEL_PREWARM": "1",
    "NODE_USE_ENV_PROXY": "1",
    "HTTP_PROXY": _NOWHERE,
    "HTTPS_PROXY": _NOWHERE,
    "NO_PROXY": "127.0.0.1,localhost",
    "NO_COLOR": "1",
}
FAULT_PLUGIN = Path(__file__).parent / "probes" / "fault"
TOOLS = ("exec", "process", TOOL, "sessions_spawn", "subagents", "tool_call", "tool_search", "tool_describe")


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one OpenClaw below ``root``; ``token`` opens its gateway."""

    root: Path
    plugin: Path
    token: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def workspace(self) -> Path:
        return self.root / "workspace"

    @property
    def config(self) -> Path:
        return self.root / "openclaw.json"

    @property
    def policy(self) -> Path:
        return self.root / "letsbe-gating.yaml"

    @property
    def fault(self) -> Path:
        """What our probe plugin's hook does: its one word, or nothing."""
        return self.root / "fault"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger"

    def write(self, options: HooksOptions, model_url: str, location: Location | None) -> None:
        """Make the folders and the config; ``UsageError`` when the plugin has no manifest."""
        for folder in (self.state, self.workspace, self.root / "tmp"):
            folder.mkdir(parents=True, exist_ok=True)
        own, takes_policy = _plugin(self.plugin, location)
        self.fault.write_text("", encoding="utf-8")
        plugins: dict[str, tuple[Path, Mapping[str, Any]]] = {
            "letsbe-sentinel": (PLUGIN, {"ledger": str(self.ledger)}),
            "letsbe-fault": (FAULT_PLUGIN, {"mode": str(self.fault)}),
            own: (self.plugin, {**({"policy": str(self.policy)} if takes_policy else {}), **options.config}),
        }
        model = {"id": "scripted", "name": "scripted", "contextWindow": 200000, "maxTokens": 4096, "input": ["text"]}
        provider = {"baseUrl": model_url, "apiKey": "none", "api": "openai-completions", "models": [model]}
        config = {
            "gateway": {
                "mode": "local",
                "bind": "loopback",
                "auth": {"mode": "token", "token": self.token},
                "controlUi": {"enabled": False},
                "http": {"endpoints": {"chatCompletions": {"enabled": True}}},
            },
            "models": {"mode": "replace", "providers": {"letsbe": provider}},
            "agents": {
                "defaults": {
                    "model": {"primary": "letsbe/scripted"},
                    "workspace": str(self.workspace),
                    "skipBootstrap": True,
                }
            },
            "tools": {"allow": list(TOOLS)},
            "plugins": {
                "load": {"paths": [str(folder) for folder, _ in plugins.values()]},
                "allow": list(plugins),
                "entries": {
                    name: {"enabled": True, **({"config": dict(config)} if config else {})}
                    for name, (_, config) in plugins.items()
                },
            },
            "update": {"checkOnStart": False},
            "logging": {"file": str(self.state / "openclaw.log")},
        }
        self.config.write_text(json.dumps(config, indent=1), encoding="utf-8")

    def command(self, installed: Installed, options: HooksOptions, *arguments: str) -> list[str]:
        """An argv of OpenClaw that sees this home and nothing else of our environment."""
        node = installed.node
        env = {
            **_QUIET,
            "PATH": f"{node.parent}:{os.defpath}",
            "HOME": str(self.root),
            "TMPDIR": str(self.root / "tmp"),
            "NODE_COMPILE_CACHE": str(installed.scratch / "compile-cache"),
            "OPENCLAW_STATE_DIR": str(self.state),
            "OPENCLAW_CONFIG_PATH": str(self.config),
            "LETSBE_POLICY": str(self.policy),
            **options.env,
        }
        return ["env", "-i", *(f"{k}={v}" for k, v in env.items()), str(node), str(installed.openclaw), *arguments]


def _plugin(plugin: Path, location: Location | None) -> tuple[str, bool]:
    """Its id, and whether its config has a place for the policy."""
    try:
        manifest = json.loads((plugin / "openclaw.plugin.json").read_text(encoding="utf-8"))
        known = manifest.get("configSchema", {}).get("properties", {})
        return str(manifest["id"]), "policy" in known
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"plugin {plugin} has no readable openclaw.plugin.json with an id: {error}", location
        ) from None
