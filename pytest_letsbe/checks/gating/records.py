"""Judges audit records whatever their shape: by the ids, names and hashes that stand anywhere in them."""

from __future__ import annotations

import json
import re
from typing import Any

from .plants import found_in
from .play import Played, Violated
from .script import Step, approval_of

_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", re.IGNORECASE)
_HASH64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{43}=(?![A-Za-z0-9+/=])")


def texts(played: Played) -> list[str]:
    """Each record as text, oldest first."""
    answer = played.gate.ask("audit", {})
    found = answer.output.get("records")
    if not isinstance(found, list):
        raise Violated("audit gives no list of records", [f"it answered {str(answer)[:200]}"])
    return [json.dumps(record, ensure_ascii=False, sort_keys=True) for record in found]


def _whole(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def audited(step: Step, played: Played) -> None:
    """``{rid, approval, least}``: so many records hold one of them."""
    names = [step["rid"]]
    if "approval" in step:
        names.append(approval_of(step["approval"], played.ids))
    records = texts(played)
    found = sum(any(_whole(record, name) for name in names) for record in records)
    if found < step["least"]:
        says = step.get("says", "the audit misses what happened")
        raise Violated(says, [f"{found} of {len(records)} records name it; at least {step['least']} are needed"])


def agrees(step: Step, played: Played) -> None:
    """``{rid}``: a record's ``decision`` doesn't say the opposite of what happened."""
    rid = step["rid"]
    words: list[Any] = []
    for record in texts(played):
        if _whole(record, rid):
            value = json.loads(record)
            words += [value["decision"]] if isinstance(value, dict) and "decision" in value else []
    ran = played.gate.wait_until_ran(rid, within=2.0 if "allow" in words else 0.0)
    if not ran and "allow" in words:
        raise Violated("the audit says allow of a call that didn't run")
    if ran and words and set(words) <= {"deny", "ask"}:
        raise Violated("the audit says that a call was refused which ran", [f"its records say {', '.join(words)}"])


def _hashes(record: str) -> set[str]:
    return {found.lower() for found in _HASH.findall(record)} | set(_HASH64.findall(record))


def linked(step: Step, played: Played) -> None:
    """Each record shares a hash of its own with the one before, or names the one before by a new hash."""
    records = texts(played)
    if len(records) < 2:
        raise Violated("the audit holds fewer records than calls were made", [f"it holds {len(records)}"])
    hashes = [_hashes(record) for record in records]
    if _names_previous(records):
        return
    for index in range(1, len(records)):
        others = set().union(*(each for at, each in enumerate(hashes) if at not in (index, index - 1)))
        if not (hashes[index] & hashes[index - 1]) - others:
            raise Violated(
                "a record isn't linked to the one before it by a hash",
                [f"record {index + 1} of {len(records)} and the one before it share no hash of their own"],
            )


def _names_previous(records: list[str]) -> bool:
    """Whether a field for the hash before differs in each record, for gates that write no other."""
    fields: dict[str, list[str]] = {}
    for record in records[1:]:
        value = json.loads(record)
        for key, inner in value.items() if isinstance(value, dict) else ():
            if re.search("prev|parent|chain", key, re.IGNORECASE) and isinstance(inner, str) and _hashes(inner):
                fields.setdefault(key, []).append(inner)
    own = any(re.search(r'"(own_?)?hash"', record) for record in records)
    return not own and any(len(set(values)) == len(records) - 1 for values in fields.values())


def kept(step: Step, played: Played) -> None:
    """What was recorded before is recorded still, unchanged and in the same order."""
    records = texts(played)
    before: list[str] = played.notes.get("records", [])
    if records[: len(before)] != before:
        raise Violated(
            "records that stood in the audit were changed or lost", [f"{len(before)} before, {len(records)} now"]
        )
    played.notes["records"] = records


def hashes_new(step: Step, played: Played) -> None:
    """Records of other content have other hashes than those of an earlier run."""
    hashes = set().union(*map(_hashes, texts(played)[1:])) if texts(played) else set()
    before: set[str] = played.notes.get("hashes", set())
    if not hashes:
        raise Violated("the records hold no hash")
    if hashes & before and hashes <= before:
        raise Violated("records of other content have the same hashes: they don't cover it")
    played.notes["hashes"] = hashes


def secret_free(step: Step, played: Played) -> None:
    """``{encoding}``: the planted secret stands in no record and no answer so far."""
    seed, encoding = played.script.seed, step["encoding"]
    for record in texts(played):
        if found_in(record, seed, encoding):
            raise Violated("a secret stands in the audit", [f"planted {encoding} in the call; a record holds it"])
    for op, _, answer in played.said:
        if found_in(str(answer), seed, encoding):
            raise Violated(
                "a secret stands in an answer of the gate", [f"planted {encoding}; the answer to {op} holds it"]
            )
