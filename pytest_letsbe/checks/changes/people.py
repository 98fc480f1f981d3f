"""Who wrote a change, and whose reviews of it count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .source import Source, login, one, rows

_TRAILER = re.compile(
    r"^\s*(?:co-authored-by|co-developed-by|signed-off-by|committed-by)\s*:\s*(?P<name>[^<\n]*)<(?P<mail>[^>\n]*)>",
    re.IGNORECASE | re.MULTILINE,
)
_BOT = re.compile(r"(?:\[bot\]|(?:^|[-_.])bots?|(?:^|[-_.])(?:renovate|dependabot|actions|ci|automation))\Z")
_NOBODY = frozenset({"", "ghost", "gitea-actions", "forgejo-actions", "actions-user"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """``counted`` people approve this head; ``left_out`` says why an approval doesn't count; ``against`` object."""

    counted: tuple[str, ...]
    left_out: tuple[str, ...]
    against: tuple[str, ...]


def verdict(
    reviews: Iterable[Mapping[str, Any]], head: str, authors: Authors, bots: Iterable[str], inactive: Iterable[str] = ()
) -> Verdict:
    """Count reviews: of each person the last one that decides; a comment decides nothing."""
    last: dict[str, Mapping[str, Any]] = {}
    for review in sorted(reviews, key=_moment):
        if str(review.get("state")).upper() in ("APPROVED", "REQUEST_CHANGES"):
            last[login(review.get("user"))] = review
    extra, gone = {bot.lower() for bot in bots}, set(inactive)
    counted, left_out, against = [], [], []
    for who, review in sorted(last.items()):
        if str(review.get("state")).upper() == "REQUEST_CHANGES":
            if review.get("dismissed") is not True:
                against.append(who)
            continue
        reason = _why_not(review, head, extra) or ("their account is closed" if who in gone else "")
        reason = reason or ("they wrote part of it" if authors.include(review.get("user")) else "")
        (left_out.append(f"{who or 'nobody'}: {reason}") if reason else counted.append(who))
    return Verdict(tuple(counted), tuple(left_out), tuple(against))


def _moment(review: Mapping[str, Any]) -> tuple[str, int]:
    number = review.get("id")
    return str(review.get("submitted_at") or ""), number if isinstance(number, int) else 0


def _why_not(review: Mapping[str, Any], head: str, bots: set[str]) -> str:
    user = review.get("user")
    if is_bot(user, bots):
        return "no person"
    if review.get("dismissed") is True:
        return "dismissed"
    if review.get("stale") is True:
        return "stale"
    if review.get("official") is not True:
        return "not official: they can't approve here"
    if str(review.get("commit_id") or "") != head:
        return "of another commit"
    return ""


def is_bot(user: object, more: Iterable[str] = ()) -> bool:
    """An account that is no person: by its name, its kind, or the server's own ids, which aren't positive."""
    if not isinstance(user, dict):
        return True
    name = login(user)
    number = user.get("id")
    if isinstance(number, int) and number <= 0:
        return True
    kind = str(user.get("type") or user.get("user_type") or "").lower()
    return (
        name in _NOBODY or name in set(more) or bool(_BOT.search(name)) or kind == "bot" or user.get("is_bot") is True
    )


@dataclass(frozen=True, slots=True)
class Authors:
    """The logins, mail addresses and names of everyone who wrote part of a change."""

    logins: frozenset[str]
    mails: frozenset[str]
    names: frozenset[str]

    def include(self, user: object) -> bool:
        if not isinstance(user, dict):
            return False
        mail = str(user.get("email") or "").lower()
        name = str(user.get("full_name") or "").strip().lower()
        who = login(user)
        by_mail = (mail and mail in self.mails) or any(
            m.partition("@")[0].rpartition("+")[2] == who for m in _noreply(self.mails)
        )
        return who in self.logins or bool(by_mail) or bool(name and name in self.names) or who in self.names


def _noreply(mails: Iterable[str]) -> list[str]:
    return [mail for mail in mails if "noreply" in mail]


def authors_of(source: Source) -> Authors:
    """Poster, authors, committers and co-authors of a pull request's commits."""
    logins = {login(one(source, "pull").get("user"))}
    mails: set[str] = set()
    names: set[str] = set()
    for commit in rows(source, "commits"):
        inner = commit.get("commit")
        inner = inner if isinstance(inner, dict) else {}
        for role in ("author", "committer"):
            logins.add(login(commit.get(role)))
            person = inner.get(role)
            if isinstance(person, dict):
                mails.add(str(person.get("email") or "").lower())
                names.add(str(person.get("name") or "").strip().lower())
        for found in _TRAILER.finditer(str(inner.get("message") or "")):
            mails.add(found["mail"].strip().lower())
            names.add(found["name"].strip().lower())
    # The server itself commits merges and edits made in the browser.
    return Authors(frozenset(logins - _NOBODY), frozenset(mails - {""}), frozenset(names - {"", "gitea"}))
