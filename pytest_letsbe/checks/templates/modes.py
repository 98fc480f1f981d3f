"""Modes of outputs: who may read a secret, who may write, what may run."""

from __future__ import annotations

from collections.abc import Iterator

from .credentials import secrets_in
from .sources import Place, Template

_DATA = frozenset({"yaml", "json", "compose", "cloud-init", "nginx", "systemd", "env", "dockerfile"})


def shown_secrets(place: Place, template: Template) -> Iterator[str]:
    """Sentences on secrets that go into a file which others may read."""
    secrets = ", ".join(secrets_in(place, template))
    if not secrets:
        return
    if template.mode is None:
        yield f'{secrets} goes into an output without a mode: declare `mode: "0600"` in outputs'
    elif template.mode & 0o137:  # owner may not execute, group may read only, others nothing
        yield f"{secrets} goes into an output of mode {template.mode:04o}: only 0600 and 0640 keep it"


def odd(template: Template) -> Iterator[str]:
    """Sentences on modes that no configuration file has."""
    mode = template.mode
    if mode is None:
        return
    if mode & 0o022:
        yield f"mode {mode:04o} lets others than its owner write it"
    if mode & 0o7000:
        yield f"mode {mode:04o} sets setuid, setgid or the sticky bit"
    if mode & 0o111 and template.kind in _DATA:
        yield f"mode {mode:04o} makes {template.kind} executable"
    if not mode & 0o400:
        yield f"mode {mode:04o} keeps its owner from reading it"
