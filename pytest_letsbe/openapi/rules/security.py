"""What a caller must prove: a request that was let in before must be let in again."""

from __future__ import annotations

from typing import Any

from ..load import Document, Place
from ..operations import security as asked
from .context import Context, Pair


def security(context: Context, pair: Pair) -> None:
    """Each old alternative must still be enough: all its schemes and scopes go, so what is asked must be among them."""
    old, new = asked(pair.old), _renamed(context, asked(pair.new))
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


def _renamed(context: Context, wanted: list[dict[str, list[str]]]) -> list[dict[str, list[str]]]:
    """Schemes by the names that the old document had for the same: a name is never sent."""
    before, after = _schemes(context.old), _schemes(context.new)
    names = {}
    for name, scheme in after.items():
        alike = [other for other, old in before.items() if other not in after and _alike(old.value, scheme.value)]
        names[name] = alike[0] if alike and name not in before else name
    return [{names.get(name, name): scopes for name, scopes in one.items()} for one in wanted]


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {**one, "description": ""} == {**other, "description": ""}


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
    if "security schemes" not in doc.memo:
        doc.memo["security schemes"] = _declared(doc)
    found: dict[str, Place] = doc.memo["security schemes"]
    return found


def _declared(doc: Document) -> dict[str, Place]:
    holder = doc.top / "components" / "securitySchemes" if doc.version >= (3, 0) else doc.top / "securityDefinitions"
    names: Any = holder.value if isinstance(holder.value, dict) else {}
    found = {name: doc.follow(holder / name) for name in names if isinstance(names[name], dict)}
    return found if doc.version >= (3, 0) else {name: _newer(place) for name, place in found.items()}


def _newer(place: Place) -> Place:
    """A scheme of 2.0 in the words of 3."""
    said: dict[str, Any] = dict(place.value)
    if said.get("type") == "basic":
        said |= {"type": "http", "scheme": "basic"}
    if isinstance(flow := said.pop("flow", None), str):
        keys = ("authorizationUrl", "tokenUrl", "scopes")
        flows = {"application": "clientCredentials", "accessCode": "authorizationCode"}
        said["flows"] = {flows.get(flow, flow): {key: said.pop(key) for key in keys if key in said}}
    return Place(place.file, place.pointer, said)
