"""Gates that let an approval run another call than the approved one."""

from __future__ import annotations

import json
import unicodedata

from pytest_letsbe.reference.gate import approvals
from pytest_letsbe.reference.gate.memory import MemoryGate


class _Gate(MemoryGate):
    check_options = {"policy": "builtin"}


class _Forgetting(_Gate):
    """Binds everything but ``FORGETS``."""

    FORGETS = ""

    def _bound(self, call):
        return approvals.bound(call, [name for name in self._rules.approval["binds"] if name != self.FORGETS])


class _Blurring(_Gate):
    """Compares texts in arguments after ``blur``."""

    def blur(self, text):
        raise NotImplementedError

    def _blurred(self, value):
        if isinstance(value, dict):
            return {key: self._blurred(inner) for key, inner in value.items()}
        return self.blur(value) if isinstance(value, str) else value

    def _bound(self, call):
        return super()._bound({**call, "args": self._blurred(call.get("args"))})


class ForgetsArgs(_Forgetting):
    """An approval for a tool is good for all its arguments."""

    expected = "exact-args"
    FORGETS = "args"


class ForgetsTool(_Forgetting):
    """An approval for some arguments is good for every tool."""

    expected = "tool-binding"
    FORGETS = "tool"

    def _decide(self, call):
        return "ask" if call["tool"] == "tool_call" else super()._decide(call)


class ForgetsSession(_Forgetting):
    """An approval is good in every session."""

    expected = "session-binding"
    FORGETS = "session"


class ForgetsTenant(_Forgetting):
    """An approval is good for every tenant."""

    expected = "tenant-binding"
    FORGETS = "tenant"


class ForgetsFolder(_Forgetting):
    """An approval is good in every folder."""

    expected = "toctou-args"
    FORGETS = "cwd"


class ForgetsEnvironment(_Forgetting):
    """An approval is good with every environment."""

    expected = "toctou-args"
    FORGETS = "env"


class EnvironmentByNames(_Gate):
    """Of the environment only the names of the variables are bound."""

    expected = "toctou-args"

    def _bound(self, call):
        return super()._bound({**call, "env": sorted(call.get("env") or {})})


class Trims(_Blurring):
    """Spaces at the ends of an argument mean nothing to it (CVE-2026-32065)."""

    expected = "exact-args"

    def blur(self, text):
        return text.strip()


class FoldsCase(_Blurring):
    """Upper and lower case are the same to it."""

    expected = "exact-args"

    def blur(self, text):
        return text.lower()


class ComparesTheBeginning(_Blurring):
    """Compares the first 256 characters of an argument."""

    expected = "oversize"

    def blur(self, text):
        return text[:256]


class ComparesWhatIsShown(_Blurring):
    """Compares arguments as they are shown, without what has no width."""

    expected = "exact-args"

    def blur(self, text):
        return "".join(c for c in text if unicodedata.category(c) != "Cf")


class Composes(_Blurring):
    """Compares composed characters (NFC)."""

    expected = "toctou-args"

    def blur(self, text):
        return unicodedata.normalize("NFC", text)


class ComparesPrograms(_Blurring):
    """An approved command is good for its program with any arguments (allow-always on the wrapper)."""

    expected = "exact-args"

    def blur(self, text):
        return text.split(" ")[0].split(";")[0]


class ComparesTexts(_Gate):
    """1, "1" and true, null and nothing are compared as texts."""

    expected = "exact-args"

    def _bound(self, call):
        args = {key: str(value).lower() for key, value in (call.get("args") or {}).items()}
        return super()._bound({**call, "args": args})


class IgnoresOptional(_Gate):
    """Optional arguments aren't part of what is approved."""

    expected = "exact-args"

    def _bound(self, call):
        declared = self._rules.policy["tools"].get(call.get("tool"), {}).get("args") or {}
        args = {k: v for k, v in (call.get("args") or {}).items() if not declared.get(k, "").endswith("?")}
        return super()._bound({**call, "args": args})


class ComparesKeysOnly(_Gate):
    """The names of the arguments are bound, their values aren't."""

    expected = "exact-args"

    def _bound(self, call):
        return super()._bound({**call, "args": sorted(call.get("args") or {})})


class OrderMatters(_Gate):
    """Compares the JSON text: the same arguments in another order are refused."""

    expected = "exact-args"

    def _bound(self, call):
        return super()._bound({**call, "args": json.dumps(call.get("args"))})


class SessionByItsBeginning(_Gate):
    """A session whose name begins alike is the same one."""

    expected = "session-binding"

    def _bound(self, call):
        return super()._bound({**call, "session": str(call.get("session"))[:10]})


class SessionOfTheAgent(_Gate):
    """Binds to the agent's name instead of the session's."""

    expected = "session-binding"

    def _bound(self, call):
        return super()._bound({**call, "session": call.get("agent")})


class TenantInAnyCase(_Gate):
    """Tenants are compared without their case."""

    expected = "tenant-binding"

    def _bound(self, call):
        return super()._bound({**call, "tenant": str(call.get("tenant")).lower()})


class NoTenantIsEveryTenant(_Gate):
    """An empty tenant matches all."""

    expected = "tenant-binding"

    def _spend(self, approval, call):
        item = self._find(approval)
        if item and not call.get("tenant"):
            answer = super()._spend(approval, {**call, "tenant": item["tenant"]})
            return answer
        return super()._spend(approval, call)


class ArgsByRid(_Gate):
    """Keeps the arguments of a pending call by its rid: a second call changes what is approved."""

    expected = "toctou-args"

    def _call(self, call):
        answer = super()._call(call)
        for id, item in self._store.every("approval").items():
            if item["rid"] == call.get("rid"):
                self._store.put("approval", id, {**item, "bound": self._bound(call)})
        return answer


class AnyWrapper(_Gate):
    """An approved tool may be named by any spelling of its case or ends."""

    expected = "tool-binding"

    def _spend(self, approval, call):
        if isinstance(call.get("tool"), str) and call["tool"].strip().lower() in self._rules.policy["tools"]:
            known = {**call, "tool": call["tool"].strip().lower()}
            item = self._find(approval)
            if item and self._is_good(item, known):
                return self._run(call, approval)
        return super()._spend(approval, call)


class PrefixIds(_Gate):
    """An id may be shortened while it is the only one (OpenClaw 2026.9.6)."""

    expected = "id-integrity"

    def _find(self, approval):
        full = self._full(approval)
        return super()._find(full)

    def _full(self, approval):
        found = [id for id in self._store.every("approval") if isinstance(approval, str) and id.startswith(approval)]
        return found[0] if len(found) == 1 else approval

    def _resolve(self, approval, decision, actor):
        return super()._resolve(self._full(approval), decision, actor)

    def _run(self, call, approval):
        return super()._run(call, self._full(approval))


class TrimmedIds(PrefixIds):
    """Spaces around an id don't matter."""

    expected = "id-integrity"

    def _full(self, approval):
        return approval.strip() if isinstance(approval, str) else approval


class IdsInAnyCase(PrefixIds):
    """Upper and lower case of an id don't matter."""

    expected = "id-integrity"

    def _full(self, approval):
        return approval.lower() if isinstance(approval, str) else approval


class NoIdIsTheLast(PrefixIds):
    """An empty id means the latest approval."""

    expected = "id-integrity"

    def _full(self, approval):
        return approval or next(reversed(self._store.every("approval")), approval)


class RidIsAnId(PrefixIds):
    """The rid of a call does for its approval's id."""

    expected = "id-integrity"

    def _full(self, approval):
        items = self._store.every("approval").items()
        return next((id for id, item in items if item["rid"] == approval), approval)


class CountedIds(_Gate):
    """Ids are numbers that count up."""

    expected = "id-integrity"

    def _new_id(self, call):
        return f"approval-{len(self._store.every('approval')) + 1:032d}"


class ShortIds(_Gate):
    """Ids have eight hex digits."""

    expected = "id-integrity"

    def _new_id(self, call):
        return super()._new_id(call)[:8]


class DerivedIds(_Gate):
    """An id is the hash of its call."""

    expected = "id-integrity"

    def _new_id(self, call):
        import hashlib

        return hashlib.sha256(json.dumps(call, sort_keys=True).encode()).hexdigest()


class OrderOfItemsIsFree(_Gate):
    """Lists in arguments are compared as sets are."""

    expected = "exact-args"

    def _sorted(self, value):
        if isinstance(value, dict):
            return {key: self._sorted(inner) for key, inner in value.items()}
        return sorted(map(json.dumps, value)) if isinstance(value, list) else value

    def _bound(self, call):
        return super()._bound({**call, "args": self._sorted(call.get("args"))})


class NewArgumentsAreFree(_Gate):
    """Compares the arguments that were approved; others may come with the spend."""

    expected = "exact-args"
    first = "optional-added"

    def _covers(self, item, call):
        approved, now = json.loads(item["bound"]), json.loads(self._bound(call))
        if isinstance(approved["args"], dict) and isinstance(now["args"], dict):
            now["args"] = {key: value for key, value in now["args"].items() if key in approved["args"]}
        return approved == now


class SixDigits(_Gate):
    """Compares numbers as they are printed with %g."""

    expected = "exact-args"

    def _printed(self, value):
        if isinstance(value, dict):
            return {key: self._printed(inner) for key, inner in value.items()}
        return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else value

    def _bound(self, call):
        return super()._bound({**call, "args": self._printed(call.get("args"))})


class FoldersBelow(_Gate):
    """Approved in a folder, a call may run in every folder below it."""

    expected = "toctou-args"
    first = "cwd"

    def _covers(self, item, call):
        approved = json.loads(item["bound"])["cwd"]
        if isinstance(approved, str) and str(call.get("cwd")).startswith(f"{approved}/"):
            call = {**call, "cwd": approved}
        return super()._covers(item, call)
