"""Rules on the protected branch and on CODEOWNERS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...git import Git
from ...model import CheckFailure, NotEvaluated
from ..pipeline.branches import pattern
from .diff import CRITICAL, covered
from .judged import Judged
from .people import is_bot
from .source import login, one, rows

#: Where Gitea looks, in this order.
PLACES = ("CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS")


def covering(judged: Judged) -> list[Mapping[str, Any]]:
    """The rule for the branch that the pull request goes to: of several the one of highest priority."""
    target = one(judged.source, "pull").get("base")
    branch = str((target.get("ref") if isinstance(target, dict) else None) or "main")
    found = rows(judged.source, "branch_protections")
    mine = [r for r in found if pattern(str(r.get("rule_name") or r.get("branch_name") or "")).match(branch)]
    return sorted(mine, key=lambda r: r["priority"] if isinstance(r.get("priority"), int) else 0)[:1]


def protected_branch(judged: Judged) -> None:
    rules = covering(judged)
    if not rules:
        raise CheckFailure("no rule protects the branch that the change goes to")
    problems = list(_loose(rules[0], judged))
    if problems:
        raise CheckFailure(f"the branch protection {problems[0]}", evidence=problems[1:])


def _loose(rule: Mapping[str, Any], judged: Judged) -> Iterator[str]:
    if rule.get("block_admin_merge_override") is not True:
        yield "lets admins merge what is red (block_admin_merge_override)"
    if rule.get("enable_force_push") is True:
        yield "allows force pushes (enable_force_push)"
    yield from _pushers(rule, judged)
    approvals = rule.get("required_approvals")
    if not isinstance(approvals, int) or approvals < judged.options.approvals:
        yield f"demands {approvals or 0} approvals, not {judged.options.approvals} (required_approvals)"
    if rule.get("dismiss_stale_approvals") is not True and rule.get("ignore_stale_approvals") is not True:
        yield "counts approvals of older commits (dismiss_stale_approvals)"
    for key, what in (
        ("block_on_rejected_reviews", "merges over a request for changes"),
        ("block_on_outdated_branch", "merges what was never tested together"),
    ):
        if rule.get(key) is not True:
            yield f"{what} ({key})"
    if rule.get("enable_status_check") is not True or not rule.get("status_check_contexts"):
        yield "demands no status by name (enable_status_check, status_check_contexts)"
    if str(rule.get("unprotected_file_patterns") or "").strip():
        yield f"leaves files unprotected: {rule['unprotected_file_patterns']} (unprotected_file_patterns)"


def _pushers(rule: Mapping[str, Any], judged: Judged) -> Iterator[str]:
    if rule.get("enable_push") is not True:
        return
    if rule.get("enable_push_whitelist") is not True:
        yield "lets everybody push past pull requests (enable_push)"
        return
    people = [n for n in rule.get("push_whitelist_usernames") or [] if not is_bot({"login": n}, judged.options.bots)]
    teams = rule.get("push_whitelist_teams") or []
    if people or teams:
        yield f"lets {', '.join(map(str, [*people, *teams]))} push past pull requests (push_whitelist)"
    if rule.get("push_whitelist_deploy_keys") is True:
        yield "lets deploy keys push past pull requests (push_whitelist_deploy_keys)"


def code_owners(judged: Judged) -> None:
    """Every critical folder that exists has two owners who can be asked."""
    users = {login(u): u for u in rows(judged.source, "users")}
    teams = judged.source.answer("teams")
    owners = list(_owner_lines(judged))
    for wanted in (*CRITICAL, *judged.options.critical):
        here = [p for p in (*judged.change.tree, *judged.change.paths) if covered(p, [wanted])]
        for path in sorted(set(here)):
            found = _owners_of(path, owners, users, teams)
            if len(found) < 2:
                named = ", ".join(sorted(found)) or "nobody"
                hint = "" if found else _glob_hint(owners)
                raise CheckFailure(
                    f"{path} is security-critical, and CODEOWNERS gives it to {named}: two are needed{hint}"
                )


def _owner_lines(judged: Judged) -> Iterator[tuple[str, list[str]]]:
    text = _codeowners(judged)
    if text is None:
        raise CheckFailure(f"there is no CODEOWNERS ({', '.join(PLACES)}): nobody is asked about critical paths")
    for line in text.splitlines():
        words = line.split()
        if words and not words[0].startswith("#"):
            yield words[0], [w.removeprefix("@").lower() for w in words[1:] if w.startswith("@")]


def _codeowners(judged: Judged) -> str | None:
    """The file as the base branch has it: Gitea 28 reads it there, so that a change can't name its own owners."""
    root: Path = judged.spec.root
    for place in PLACES:
        if judged.change.base:
            raw = Git(root).show(judged.change.base, place)
            if raw is not None:
                return raw.decode("utf-8", "replace")
        elif (root / place).is_file():
            return (root / place).read_text(encoding="utf-8", errors="replace")
    return None


def _owners_of(
    path: str, lines: list[tuple[str, list[str]]], users: Mapping[str, Mapping[str, Any]], teams: Any
) -> set[str]:
    """People who own a path: each pattern is a regular expression over the whole path, as Gitea reads it."""
    found: set[str] = set()
    for expression, names in lines:
        negated = expression.startswith("!")
        try:
            matched = re.fullmatch(expression.removeprefix("!"), path) is not None
        except re.error:
            continue
        if matched == negated:
            continue
        for name in names:
            members = _members(name, teams) if "/" in name else [name]
            found |= {m for m in members if m in users and users[m].get("active") is not False and not is_bot(users[m])}
    return found


def _members(team: str, teams: Any) -> list[str]:
    if not isinstance(teams, list):
        raise NotEvaluated(f"CODEOWNERS names the team {team}, and there is no teams.json: nobody knows who is in it")
    short = team.rpartition("/")[2]
    return [
        login(member)
        for row in teams if isinstance(row, dict) and str(row.get("name", "")).lower() == short
        for member in row.get("members") or []
    ]  # fmt: skip


def _glob_hint(lines: list[tuple[str, list[str]]]) -> str:
    globs = [e for e, _ in lines if e.startswith("/") or e.endswith("/") or re.search(r"(?<![.\])])\*", e)]
    return f" (Gitea reads regular expressions over whole paths, not globs: {globs[0]})" if globs else ""
