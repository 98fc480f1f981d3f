"""Correct gates built from docs/gating.md alone, differently from the reference: a false alarm on one is a fault of ours."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import threading
import uuid
from http.client import HTTPConnection
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

HARMLESS = {"basename", "cat", "echo", "false", "grep", "head", "ls", "pwd", "tail", "true", "wc"}
READABLE = re.compile(r"[A-Za-z0-9_.,:@%+/-]+(?: [A-Za-z0-9_.,:@%+/=-]+)*\Z")
TYPES = {"str": str, "list": list, "object": dict, "bool": bool}

#: Cedar denies unless something permits, and a forbid beats every permit. A policy that can't be evaluated is skipped,
#: forbids too, so `_may` reads the diagnostics: any error is a deny.
FORBIDS = """
forbid (principal, action, resource) when { context.killed };
forbid (principal, action, resource) when { context.broken };
forbid (principal, action, resource) unless { context.wellformed };
forbid (principal, action, resource) when { context.listed };
forbid (principal, action, resource) when { context.line == "deny" };
forbid (principal, action == Action::"run", resource) when { context.line == "ask" };
forbid (principal, action in [Action::"run", Action::"spend"], resource) when { context.exhausted };
forbid (principal, action == Action::"spend", resource) unless { context.approved };
forbid (principal, action == Action::"resolve", resource) unless { context.approver && context.pending };
forbid (principal, action == Action::"resolve", resource) when { context.selfish };
"""


class NodePort:
    """A gate in Node.js on stdio: one event loop, all of its state in one file."""

    expected = None
    check_options: ClassVar = {"policy": "builtin"}
    run = ("node", "{here}/_node_gate.mjs", "--state", "{state}")


def _one_at_a_time(op):
    @functools.wraps(op)
    def alone(self, **input):
        with self._lock:
            return op(self, **input)

    return alone


class CedarBacked:
    """Every decision, approvals too, is Cedar's; what Python computes are the attributes it decides by."""

    expected = None
    check_options: ClassVar = {"policy": "builtin"}

    def __init__(self):
        folder = os.environ.get("LETSBE_STATE", "{")
        self._file = None if folder.startswith("{") else Path(folder) / "cedar.json"
        self._lock = threading.RLock()
        self._fault = {}
        self._s = {}
        self.restart()

    # -- the ops

    @_one_at_a_time
    def reset(self, policy, sink, **_):
        self._s = {
            "policy": policy, "sink": sink, "now": 0, "killed": False, "levels": {}, "parents": {}, "approvals": {},
            "runs": {}, "kept": {}, "records": [],
        }  # fmt: skip
        self._fault = {}
        self._save()
        return {}

    @_one_at_a_time
    def call(self, **call):
        key = call.get("idempotency")
        key = json.dumps([call.get("tenant"), call.get("session"), key]) if isinstance(key, str) else None
        same = _canonical({k: v for k, v in call.items() if k != "rid"})
        kept = self._s["kept"].get(key)
        if kept is not None:
            reply = kept["reply"] if kept["same"] == same else {"decision": "deny", "reason": "another call's key"}
        else:
            reply = self._called(call)
            if key is not None:
                self._s["kept"][key] = {"same": same, "reply": reply}
        return self._noted("call", call, reply)

    def _called(self, call):
        session, parent = call.get("session"), call.get("parent")
        if isinstance(session, str) and isinstance(parent, str) and parent != session:
            parents = self._s["parents"].setdefault(session, [])
            parents += [parent] if parent not in parents else []
        if self._may("run", call):
            return self._run(call)
        if not self._may("ask", call):
            return {"decision": "deny"}
        identifier = str(uuid.uuid4())
        ttl = (self._s["policy"].get("approval") or {}).get("ttl_s")
        self._s["approvals"][identifier] = {
            "bound": _bound(call), "call": call, "status": "pending", "yes": [],
            "until": None if ttl is None else self._s["now"] + ttl * 1000,
        }  # fmt: skip
        return {"decision": "ask", "approval": identifier}

    @_one_at_a_time
    def resolve(self, approval=None, decision=None, actor=None, **_):
        found = self._approval(approval)
        ok = found is not None and decision in ("allow", "deny") and self._may("resolve", found["call"], found, actor)
        if ok and decision == "deny":
            found["status"] = "denied"
        elif ok:
            ok = actor not in found["yes"]
            found["yes"] = sorted({*found["yes"], actor})
            if len(found["yes"]) >= (self._s["policy"].get("approval") or {}).get("quorum", 1):
                found["status"] = "approved"
        self._noted(
            "resolve", {"approval": approval, "actor": actor, "rid": None}, {"decision": decision if ok else "deny"}
        )
        return {"ok": bool(ok)}

    @_one_at_a_time
    def spend(self, approval=None, **call):
        found = self._approval(approval)
        reply = {"decision": "deny"}
        if found is not None and self._may("spend", call, found):
            if (self._s["policy"].get("approval") or {}).get("single_use", True):
                found["status"] = "used"
            reply = self._run(call)
        return self._noted("spend", {**call, "approval": approval}, reply)

    @_one_at_a_time
    def revoke(self, approval=None, session=None, grant=None, **_):
        if grant is not None:
            raise NotImplementedError("there are no standing grants")
        one = self._approval(approval)
        hit = (
            [one] if one else [a for a in self._s["approvals"].values() if session and a["call"]["session"] == session]
        )
        for found in hit:
            found["status"] = "revoked" if found["status"] != "used" else "used"
        self._save()
        return {"ok": bool(hit)}

    @_one_at_a_time
    def level(self, session=None, n=None, **_):
        known = isinstance(n, int) and not isinstance(n, bool) and n in self._s["policy"]["levels"]
        if known and isinstance(session, str):
            self._s["levels"][session] = n
            self._save()
        return {"ok": known}

    @_one_at_a_time
    def kill(self, on=None, actor=None, **_):
        if on is not False:
            self._s["killed"] = True
        elif self._approver(actor):
            self._s["killed"] = False
        self._save()
        return {"ok": self._s["killed"] == (on is not False)}

    @_one_at_a_time
    def tick(self, ms=0, **_):
        self._s["now"] += max(0, ms) if isinstance(ms, (int, float)) else 0
        self._save()
        return {}

    @_one_at_a_time
    def restart(self, **_):
        if self._file is not None and self._file.is_file():
            self._s = json.loads(self._file.read_text(encoding="utf-8"))
        return {}

    @_one_at_a_time
    def audit(self, **_):
        return {"records": self._s["records"]}

    def fault(self, point=None, mode=None, ms=None, **_):
        self._fault = {} if mode == "none" else {"point": point, "mode": mode, "ms": ms}
        return {}

    # -- deciding

    def _may(self, action, call, approval=None, actor=None):
        from cedarpy import is_authorized

        facts = self._facts(call, approval, actor, spending=action == "spend")
        request = {
            "principal": 'Gate::"caller"',
            "action": f'Action::"{action}"',
            "resource": f'Tier::"{facts.pop("tier")}"',
            "context": facts,
        }
        answer = is_authorized(request, self._permits() + FORBIDS, [])
        return answer.allowed and not answer.diagnostics.errors

    def _permits(self):
        """One permit for each cell of the matrix; an approval is resolved and spent wherever the cell isn't deny."""
        policy, lines = self._s.get("policy") or {}, []
        for place, level in enumerate(policy.get("levels", [])):
            for tier, cell in zip(policy["tiers"], policy["matrix"].get(str(level), []), strict=False):
                actions = {"allow": ["run", "ask", "spend", "resolve"], "ask": ["ask", "spend", "resolve"]}.get(
                    cell, []
                )
                lines += [
                    f'permit (principal, action == Action::"{action}", resource == Tier::{json.dumps(tier)}) '
                    f"when {{ context.level == {place} }};"
                    for action in actions
                ]
        return "\n".join(lines)

    def _facts(self, call, approval, actor, *, spending):
        policy, args = self._s.get("policy") or {}, call.get("args")
        tool = policy.get("tools", {}).get(call.get("tool")) if isinstance(call.get("tool"), str) else None
        wellformed = tool is not None and _shaped(call) and self._small(args) and _fit(tool, args)
        line = args.get(tool.get("shell_arg")) if wellformed and tool.get("shell_arg") else None
        texts = (
            [] if not wellformed else [line] if line is not None else [v for v in args.values() if isinstance(v, str)]
        )
        listed = any(
            " ".join(text.split()) in {" ".join(m.split()) for m in [*rule.get("match", []), rule.get("example") or ""]}
            for rule in policy.get("deny", [])
            if rule["tool"] == call.get("tool")
            for text in texts
        )
        status = approval["status"] if approval else ""
        alive = approval is not None and (approval["until"] is None or self._s["now"] < approval["until"])
        return {
            "tier": str(tool["tier"]).replace('"', "") if tool else "",
            "killed": bool(self._s.get("killed", True)),
            "broken": self._broken(),
            "wellformed": bool(wellformed),
            "listed": listed,
            "line": "allow" if line is None else _line(tool, line),
            "level": self._level(call.get("session"), set()) if wellformed else -1,
            "exhausted": bool(wellformed) and not self._budget(call),
            "approved": status == "approved" and alive and (not spending or _bound(call) == approval["bound"]),
            "pending": status == "pending" and alive,
            "approver": self._approver(actor),
            "selfish": (policy.get("approval") or {}).get("self") == "deny" and actor in self._family(call),
        }

    def _small(self, args):
        most = (self._s["policy"].get("limits") or {}).get("args_bytes")
        return most is None or len(_canonical(args).encode("utf-8", "surrogatepass")) <= most

    def _level(self, session, seen):
        levels = self._s["policy"]["levels"]
        own = levels.index(self._s["levels"].get(session, levels[0]))
        above = [p for p in self._s["parents"].get(session, []) if p not in seen]
        return min([own, *(self._level(parent, {*seen, session}) for parent in above)])

    def _family(self, call):
        family, todo = {call.get("agent"), call.get("session")}, [call.get("session")]
        while todo:
            above = set(self._s["parents"].get(todo.pop(), [])) - family
            family |= above
            todo += above
        return family

    def _approver(self, actor):
        patterns = (self._s["policy"].get("approval") or {}).get("approvers") or ["human:*"]
        return isinstance(actor, str) and any(
            re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), actor, re.DOTALL) for pattern in patterns
        )

    def _broken(self):
        if not self._fault:
            return False
        short = self._fault["mode"] == "hang" and isinstance(self._fault["ms"], (int, float))
        return not (short and self._fault["ms"] < (self._s["policy"].get("limits") or {}).get("decide_ms", 2000) / 2)

    def _budget(self, call, *, take=False):
        rate = (self._s["policy"].get("limits") or {}).get("rate")
        if rate is None:
            return True
        key = json.dumps([call.get(name) for name in rate.get("key", ["tenant", "session"])])
        recent = [at for at in self._s["runs"].get(key, []) if at > self._s["now"] - rate["per_s"] * 1000]
        if take:
            self._s["runs"][key] = [*recent, self._s["now"]]
        return len(recent) < rate["n"]

    # -- running and remembering

    def _run(self, call):
        self._budget(call, take=True)
        self._save()  # spent and counted before anything runs
        sink = urlsplit(self._s["sink"])
        connection = HTTPConnection(sink.hostname, sink.port, timeout=30)
        body = json.dumps({name: call[name] for name in ("rid", "tool", "args", "session", "tenant")})
        try:
            connection.request("POST", sink.path, body.encode(), {"Content-Type": "application/json"})
            connection.getresponse().read()
        except ConnectionRefusedError:
            return {"decision": "deny", "reason": "nobody executes"}
        except (OSError, ValueError):
            pass  # whether it ran is unknown: it counts as run
        except Exception as error:  # http.client's own, for an answer that is cut off
            if not type(error).__module__.startswith("http"):
                raise
        finally:
            connection.close()
        return {"decision": "allow"}

    def _approval(self, identifier):
        return self._s["approvals"].get(identifier) if isinstance(identifier, str) else None

    def _noted(self, op, call, reply):
        before = self._s["records"][-1]["hash"] if self._s["records"] else "0" * 64
        record = {"n": len(self._s["records"]), "op": op, "prev": before, "decision": reply.get("decision")}
        approval = reply.get("approval", call.get("approval"))
        for name, value in (("rid", call.get("rid")), ("approval", approval), ("actor", call.get("actor"))):
            record[name] = value if isinstance(value, str) else None
        record["hash"] = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
        self._s["records"].append(record)
        self._save()
        return reply

    def _save(self):
        if self._file is not None:
            new = self._file.with_suffix(".new")
            new.write_text(json.dumps(self._s), encoding="utf-8")
            new.replace(self._file)


def _shaped(call):
    texts = all(isinstance(call.get(n), str) and call[n] for n in ("rid", "session", "tenant", "agent", "tool"))
    parent, cwd, env = call.get("parent"), call.get("cwd"), call.get("env")
    optional = (
        isinstance(parent, (str, type(None)))
        and isinstance(cwd, (str, type(None)))
        and isinstance(env, (dict, type(None)))
    )
    return texts and optional and isinstance(call.get("args"), dict)


def _fit(tool, args):
    for name, kind in (tool.get("args") or {}).items():
        if name not in args:
            if not kind.endswith("?"):
                return False
            continue
        value, kind = args[name], kind.removesuffix("?")
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if kind in ("int", "float"):
            if not number or (kind == "int" and value != int(value)):
                return False
        elif kind in TYPES and not isinstance(value, TYPES[kind]):
            return False
    return True


def _line(tool, line):
    program, _, rest = line.partition(" ")
    if tool.get("commands"):
        rule = tool["commands"].get(program)
        fine = rule is not None and READABLE.match(line) and (rule == "any" or re.fullmatch(rule, rest))
        return "allow" if fine else "deny"
    return "allow" if READABLE.match(line) and program in HARMLESS else "ask"


def _canonical(value):
    """JSON with sorted keys in which 1 and 1.0 read the same, and 1, "1" and true don't."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{_canonical(value[k])}" for k in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, float) and value == value and abs(value) < 2**53 and value == int(value):
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


def _bound(call):
    """All of a call but its idempotency key; more than any policy binds."""
    names = ("rid", "tool", "args", "session", "tenant", "agent", "parent", "cwd", "env")
    return _canonical({name: call.get(name) for name in names})
