"""Who may call an operation of a mock: the schemes that its description declares."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from ..description import Description, Operation


class Doors:
    """Judges credentials; with a token, only that one opens, as bearer, API key, or password of any user."""

    def __init__(self, description: Description, token: str | None) -> None:
        self._description = description
        self._token = token
        data = description.data
        components = data.get("components")
        found = components.get("securitySchemes") if isinstance(components, dict) else data.get("securityDefinitions")
        self._schemes: Mapping[str, Any] = found if isinstance(found, dict) else {}

    def refusal(self, operation: Operation, headers: Mapping[str, str], query: str) -> str:
        """Why a request isn't let in; empty when it is."""
        lower = {name.lower(): value for name, value in headers.items()}
        missing = ""
        for alternative in self._description.security(operation):
            missing = next((why for name in alternative if (why := self._scheme(name, lower, query))), "")
            if not missing:
                return ""
        return missing

    def _scheme(self, name: str, headers: Mapping[str, str], query: str) -> str:
        scheme = self._description.follow(self._schemes.get(name))
        if not isinstance(scheme, dict):
            return f"security scheme {name!r} isn't declared"
        given = _credential(scheme, headers, query)
        if given is None:
            return f"credentials for {name!r} are missing"
        if self._token is not None and not hmac.compare_digest(given.encode(), self._token.encode()):
            return f"the credentials for {name!r} aren't valid"
        return ""


def credentials(description: Description, token: str) -> dict[str, dict[str, str]]:
    """What Schemathesis' ``auth.openapi`` takes for each declared scheme, with the token in its place."""
    components = description.data.get("components")
    found = (
        components.get("securitySchemes")
        if isinstance(components, dict)
        else description.data.get("securityDefinitions")
    )
    result = {}
    for name, raw in found.items() if isinstance(found, dict) else ():
        scheme = description.follow(raw)
        kind = str(scheme.get("type")) if isinstance(scheme, dict) else ""
        if kind == "apiKey":
            result[name] = {"api_key": token}
        elif kind == "basic" or (kind == "http" and str(scheme.get("scheme")).lower() == "basic"):
            result[name] = {"username": "letsbe", "password": token}
        elif kind == "http":
            result[name] = {"bearer": token}
    return result


def _credential(scheme: Mapping[str, Any], headers: Mapping[str, str], query: str) -> str | None:
    kind, given = scheme.get("type"), headers.get("authorization", "")
    if kind == "apiKey":
        name, where = str(scheme.get("name")), scheme.get("in")
        if where == "query":
            return next((value for key, value in parse_qsl(query) if key == name), None)
        if where == "cookie":
            parts = (part.strip().partition("=") for part in headers.get("cookie", "").split(";"))
            return next((value for key, _, value in parts if key == name), None)
        return headers.get(name.lower())
    method, _, rest = given.partition(" ")
    if kind == "basic" or str(scheme.get("scheme", "")).lower() == "basic":
        if method.lower() != "basic":
            return None
        try:
            return base64.b64decode(rest, validate=True).decode("utf-8", "replace").partition(":")[2]
        except (binascii.Error, ValueError):
            return None
    return rest.strip() if method.lower() == "bearer" and rest.strip() else None
