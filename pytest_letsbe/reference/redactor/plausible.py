"""Whether what stands beside a telling name can be a secret at all."""

from __future__ import annotations

import re

from .names import Sort, sort_of
from .placeholders import PLACEHOLDER

_REFERENCE = re.compile(
    r"#[0-9a-f]{3,8}\Z|\$[{(]|\$[A-Za-z_]\w*(?:[^\w$]|\Z)|\$[0-9]\Z|\{\{|\{[\w.]+\}|<[^<>\n]{0,60}>?\Z|%[A-Z_]+%|@\w+@"
    r"|(?:process\.env|os\.environ|os\.getenv|import\.meta|env|vars?|secrets|config|settings|self|this|data|local"
    r"|module)[.\[(]"
    r"|(?:~|\.{1,2})?/(?:run|etc|var|srv|home|root|usr|opt|tmp|mnt|app|data)(?:/|\Z)"
    r"|(?:vault|op|env|ref|file|arn|sops|ssm|https?):|!(?:Ref|Sub|vault|env)|oc-sent-v[0-9]",
    re.IGNORECASE,
)
_MASK = re.compile(
    r"(?:(.)\1*|\[?(?:redacted|masked|hidden|filtered)\b.*|your[-_ ].*|.*\.{3}|.*…)\Z", re.IGNORECASE | re.DOTALL
)
_WORDS = frozenset(
    word
    for line in (
        "null none nil undefined true false yes no on off string str text bytes number integer int bool boolean object",
        "any unknown required optional hidden secret password token example changeme change-me change_me todo tbd",
        "redacted masked filtered removed omitted empty unset missing invalid valid expired basic bearer digest http",
        "https oauth oauth2 apikey key cookie header session default test enabled disabled auto never always",
        "write read admin current-password new-password is are was the an and or not await new async function lambda",
        "return input request",
    )
    for word in line.split()
)
_SPEAKS_OF_IT = re.compile(
    r"\b(?:passwords?|passphrase|tokens?|secrets?|keys?|your|enter|forgot|please|reset|must|should|invalid|expired)\b",
    re.IGNORECASE,
)
_CALL = re.compile(r"[A-Za-z_][A-Za-z_.]*[(\[]")
_CODE = re.compile(r"[A-Za-z_][\w.:]*(?:[\[(<{]|::)|[\w.:]+->|[(\[{]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z_.]*\Z")
# The quote before it closed a string: `"token: ", next`.
_NOT_INSIDE = re.compile(r"[,;)\]}](?:\s|\Z)|\s*[\"'`](?:[\s.,;)+]|\Z)|\s+[.+]\s")
_FIELD = re.compile(r"[\w.-]{1,80}=[^=]")
_SPACED_HEX = re.compile(r"[0-9a-fA-F]{2}(?:[ :][0-9a-fA-F]{2}){5,}\Z")


def plausible(value: str, sort: Sort, *, quoted: bool, spaced: bool) -> bool:
    """Whether it can be one: no reference to a secret, no mask, type, amount or sentence about secrets.

    ``spaced`` values stand off their name, as in programs; there a plain name is another variable.
    """
    if len(value) < 3 or PLACEHOLDER.search(value) or not any(map(str.isalnum, value)):
        return False
    if value.split()[0].lower().rstrip(",;") in _WORDS or _REFERENCE.match(value) or _MASK.match(value):
        return False
    if sort == "number":
        return sum(map(str.isdigit, value)) >= 5 or (len(value) > 10 and " " not in value and not value.islower())
    if _NOT_INSIDE.match(value):
        return False
    if _is_prose_about_it(value) if quoted else _is_code(value, sort, spaced=spaced):
        return False
    if sort == "random":
        return looks_random(value) and not _FIELD.match(value)
    return len(value) > 3 or not value.isdigit()


def _is_prose_about_it(value: str) -> bool:
    if _NAME.match(value):
        return sort_of(value) is not None
    return " " in value and not any(map(str.isdigit, value)) and bool(_SPEAKS_OF_IT.search(value))


def _is_code(value: str, sort: Sort, *, spaced: bool) -> bool:
    if _NAME.match(value):
        return "." in value or sort == "token" or (spaced and sort_of(value) is not None)
    return bool((_CODE if spaced else _CALL).match(value))


def looks_random(value: str) -> bool:
    """Long enough, with letters and digits, in one run."""
    if _SPACED_HEX.match(value):
        return True
    return (
        len(value) >= 12
        and " " not in value[1:-1]
        and any("0" <= char <= "9" for char in value)
        and any(map(str.isalpha, value))
    )


_CODE_AFTER = re.compile(r"[ \t]+[A-Za-z_(]|[(\[<]")
_PLAIN_WORD = re.compile(r"[(\"'`]?[a-z]+[,.;:)\"'`]*\Z")


def is_expression(text: str, start: int, end: int) -> bool:
    """Whether code goes on after a bare word: ``token = await next()``."""
    return bool(_NAME.match(text[start:end]) and _CODE_AFTER.match(text, end))


def is_prose(value: str) -> bool:
    """Whether it reads as a sentence: a value has no reason to hold several plain words."""
    words = value.split()
    plain = sum(_PLAIN_WORD.match(word) is not None for word in words)
    return len(words) > 1 and not any(map(str.isdigit, value)) and 2 * plain >= len(words)
