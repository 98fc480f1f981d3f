"""Writes a policy the way the proxy under test reads it: JSON, or a Jinja template of the user's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ...model import Location, UsageError
from .addresses import DENIED
from .policy import Policy, plain
from .world.loopback import PUBLIC, denied


def data(policy: Policy, *, on_loopback: bool = False) -> dict[str, Any]:
    """What a template sees, and what the JSON holds: the policy, and ``deny_addresses`` as CIDR blocks.

    Where the suite's public hosts live on 127.0.0.0/8, ``public_addresses`` says which of it counts as public in this run.
    """
    if on_loopback:
        return {**plain(policy), "deny_addresses": denied(DENIED), "public_addresses": list(PUBLIC)}
    return {**plain(policy), "deny_addresses": list(DENIED)}


class Renderer:
    """Args: ``template``: path of a Jinja template, or None for JSON."""

    def __init__(self, template: Path | None, location: Location) -> None:
        self._template, self._location = template, location
        self.suffix = ".json" if template is None else Path(template.name.removesuffix(".j2")).suffix or ".conf"

    def names(self, placeholder: str) -> bool:
        """Whether the template writes this value somewhere."""
        try:
            return self._template is not None and placeholder in self._template.read_text(encoding="utf-8")
        except OSError:
            return False

    def render(self, policy: Policy, *, on_loopback: bool = False, **places: str) -> str:
        """``places``: values of ``dns``, ``ca``, ``state`` and the like that a template may need. Raises UsageError."""
        values = data(policy, on_loopback=on_loopback)
        if self._template is None:
            return json.dumps(values, indent=1)
        try:
            import jinja2
        except ImportError:
            raise UsageError(
                "a policy template needs Jinja: pip install 'pytest-letsbe[egress]'", self._location
            ) from None
        environment = jinja2.Environment(
            undefined=jinja2.StrictUndefined,
            autoescape=False,  # noqa: S701 - a configuration, no page
            trim_blocks=True,
            lstrip_blocks=True,
        )
        try:
            source = self._template.read_text(encoding="utf-8")
            return environment.from_string(source).render({**values, **places, "policy": values})
        except OSError as error:
            raise UsageError(f"the template can't be read: {error.strerror}", Location(str(self._template))) from None
        except jinja2.TemplateError as error:
            line = getattr(error, "lineno", None) or 1
            raise UsageError(f"the template fails: {error}", Location(str(self._template), line)) from None
