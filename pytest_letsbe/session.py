"""Opens a manifest in a pytest session: its cases made, its targets connected, what others registered included."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .checks import Checks
from .manifest import load
from .runner import runner
from .state import STATE, Loaded


def checks(config: pytest.Config) -> Checks:
    """All checks of this session: ours and those other packages registered."""
    state = config.stash[STATE]
    if state.checks is None:
        state.checks = Checks(check for group in config.hook.pytest_letsbe_checks() for check in group)
    return state.checks


def open_manifest(config: pytest.Config, path: Path) -> Loaded:
    """Read a manifest once a session, make its cases and connect its targets (none is started yet).

    Raises:
        UsageError: the manifest, a corpus or a target's entry is off.
    """
    state = config.stash[STATE]
    if path not in state.manifests:
        manifest = load(
            path,
            checks(config),
            profile=config.getoption("letsbe_profile"),
            update=config.getoption("letsbe_update"),
            shown_as=os.path.relpath(path, config.invocation_params.dir),
            corpora=lambda check: tuple(
                folder for group in config.hook.pytest_letsbe_corpora(check=check) for folder in group
            ),
        )
        connectors = {k: v for group in config.hook.pytest_letsbe_targets() for k, v in group.items()}
        runners = {name: runner(entry, connectors) for name, entry in manifest.checks.items()}
        state.manifests[path] = Loaded(manifest, runners)
    return state.manifests[path]
