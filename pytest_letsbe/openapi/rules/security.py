"""What a caller must prove: a request that was let in before must be let in again."""

from __future__ import annotations

from typing import Any

from ..load import Document, Place
from ..operations import security as asked
from .context import Context, Pair


def security(context: Context, pair: Pair) -> None:
    """Each old alternative must still be enough: all its schemes and scopes go, so what is asked must be among them."""
    old, new = asked(pair.old), asked(pair.new)
    place = pair.new.place / "security" if "security" in pair.new.place.value else pair.new.place
    for before in old:
        if any(_enough(before, after) for after in new):
            continue
        where = f"{pair.name} security {' and '.join(sorted(before)) or 'none'}"
        if not before:
            names = " or ".join(" and ".join(sorted(after)) for after in new)
            rule, message = "api-security-added", f"a request without credentials is refused: {names} is asked for"
        elif any(after.keys() <= before.keys() for after in new):
            rule, message = "api-security-scope-added", "scopes that were enough aren't any more"
        else:
            rule, message = "api-security-removed", "these credentials aren't enough any more"
        request = {"method": pair.new.method.upper(), "path": pair.new.path, "credentials": before}
        context.by_rule(rule, place, where, message, {"request": request})


def _enough(credentials: dict[str, list[str]], wanted: dict[str, list[str]]) -> bool:
    return all(name in credentials and set(scopes) <= set(credentials[name]) for name, scopes in wanted.items())


def schemes(context: Context, used: set[str]) -> None:
    """How the schemes that operations ask for are carried."""
    old, new = _schemes(context.old), _schemes(context.new)
    for name in sorted(used & old.keys() & new.keys()):
        before, after = old[name], new[name]
        where = f"security scheme {name}"
        keys = ["type", "in", "scheme", "openIdConnectUrl", *(["name"] if before.get("type") == "apiKey" else [])]
        for key in keys:
            was, now = before.get(key), after.get(key)
            if isinstance(was, str) and isinstance(now, str) and key == "scheme":
                was, now = was.lower(), now.lower()
            if was != now:
                context.by_rule("api-security-component-changed", after, where, f"{key} was {was} and is {now}")
        _flows(context, before, after, where)


def _flows(context: Context, before: Place, after: Place, where: str) -> None:
    was, now = before.get("flows", dict), after.get("flows", dict)
    if "flow" in before.value and "flow" in after.value:  # 2.0
        was, now = {str(before.get("flow")): before.value}, {str(after.get("flow")): after.value}
    for flow in sorted(was):
        if flow.startswith("x-") or not isinstance(was[flow], dict):
            continue
        if not isinstance(now.get(flow), dict):
            context.by_rule("api-security-component-oauth-flow-removed", after, where, f"the flow {flow} is gone")
            continue
        for key, rule in (("authorizationUrl", "oauth-url-changed"), ("tokenUrl", "oauth-token-url-changed")):
            if was[flow].get(key) != now[flow].get(key):
                message = f"{key} of {flow} was {was[flow].get(key)} and is {now[flow].get(key)}"
                context.by_rule(f"api-security-component-{rule}", after, where, message)
        scopes = was[flow].get("scopes"), now[flow].get("scopes")
        gone = set(scopes[0] if isinstance(scopes[0], dict) else ()) - set(
            scopes[1] if isinstance(scopes[1], dict) else ()
        )
        for scope in sorted(gone):
            context.by_rule("api-security-component-oauth-scope-removed", after, where, f"the scope {scope} is gone")


def _schemes(doc: Document) -> dict[str, Place]:
    holder = doc.top / "components" / "securitySchemes" if doc.version >= (3, 0) else doc.top / "securityDefinitions"
    names: Any = holder.value if isinstance(holder.value, dict) else {}
    return {name: doc.follow(holder / name) for name in names if isinstance(names[name], dict)}
