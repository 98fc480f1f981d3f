"""Is a value a secret? Entropy, placeholders, documented examples, and what the name beside it says."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise

from .globs import matches_any


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that matched, with the name beside it, its file and its line."""

    value: str = field(repr=False)
    key: str = ""
    path: str = ""
    line: str = field(default="", repr=False)
    quoted: bool = True


#: Values that a template engine, a shell or a build fills in.
_REFERENCE = re.compile(
    r"\$\{|\$\(|\{\{|\}\}|\{%|<%|%\(|%[sdv]\b|\$[A-Za-z_][A-Za-z0-9_]*|<[A-Za-z][\w .:/-]*>|@[A-Z_]+@|__[A-Z_]+__"
    r"|\{[a-z_][\w.:]*\}|^%[A-Z_]+%|^\$\d|#\{|!vault|^!(?:Ref|Sub|GetAtt|secret|reference)\b|^arn:aws:|^(?:op|vault|ssm)://"
    r"|process\.env|os\.environ|os\.getenv|getenv\(|secrets\.|^env\(|^vars?\.|^data\.|^local\.|^module\."
    r"|\[[\w^][\w-]*\]|\{\d+,?\d*\}|\(\?[:=!P]|\\[dwsb]|ENC\[|^gAAAA|ansible-vault"
)
_STAND_IN = re.compile(
    r"change[-_ ]?(?:me|this|it)|replace[-_ ]?(?:me|this|with)|your[-_ ]?\w|_?here$|place[-_ ]?holder|example|dummy"
    r"|\bfake|sample|(?<![a-z])todo(?![a-z])|fixme|redacted|masked|hidden|removed|insert|fill[-_ ]?(?:me|in)|not[-_ ]?a[-_ ]?(?:real|secret)"  # noqa: E501
    r"|x{4,}|\*{3,}|\.{3,}|…|•{3,}|-{6,}|_{6,}|0{8,}|1234567|abcdef(?![0-9a-f]{6})|foo[-_]?bar|lorem|deadbeef|nobody|my[-_]"
    r"|^(?:none|null|nil|undefined|true|false|yes|no|empty|unset|default|test(?:ing)?|secret|password|passwd|pass|token|key)$"
    r"|^(?:admin|root|user|guest|postgres|mysql|redis|letmein|qwerty|hunter2|some[-_ ]?\w+|any[-_ ]?\w+|the[-_ ]?\w+)$",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"\\[nrt\"']")

#: SHA-256 heads of example keys that vendors print in their documentation.
_DOCUMENTED = frozenset({"2cafc0970149a84f", "f2d6ca16515033e5", "7f75367e78812551"})  # Stripe (2), jwt.io

_TEST_PATHS = (
    "test/**", "tests/**", "**/test/**", "**/tests/**", "**/__tests__/**", "**/fixtures/**", "**/testdata/**",
    "**/__mocks__/**", "*.test.*", "*.spec.*", "test_*.py", "*_test.*", "*.example", "*.sample", "*.dist",
    "*.template", "*.example.*", "*.sample.*", "**/examples/**", "examples/**", "*.stories.*",
)  # fmt: skip
_DOC_PATHS = ("*.md", "*.mdx", "*.rst", "*.adoc", "*.txt", "*.html")

#: A name that only speaks of a secret: its last word.
_TALKS = re.compile(
    r"(?:name|names|type|types|url|uri|path|file|filename|dir|id|ids|ref|refs|length|len|size|count|limit|ttl|expiry|expires|expire"
    r"|expiration|field|fields|label|prefix|suffix|header|headers|algorithm|alg|version|var|hint|message|msg|title|text|description|desc|policy"
    r"|regex|pattern|format|status|state|error|errors|manager|provider|service|handler|store|storage|input|reset|strength"
    r"|placeholder|env|endpoint|required|enabled|visible|valid|validator|validation|rotation|rotate|index|position|budget|usage"
    r"|encoding|encoder|class|kind|scheme|issuer|audience|scope|scopes|min|max|minlength|maxlength|autocomplete|alias|vault)$",
    re.IGNORECASE,
)
_HEADS = re.compile(
    r"^(?:max|min|num|count|total|public|pub|has|is|show|hide|forgot|reset|validate|toggle|csrf|css|i18n)(?=[_A-Z-])",
    re.IGNORECASE,
)
_PASSWORD_KEY = re.compile(r"pass(?:word|wd|phrase|code)?|pwd", re.IGNORECASE)
#: A secret that people make up themselves, and shorter than what a vendor issues.
_SHORT_KEY = re.compile(r"(?:secret|secret[_.-]?key|api[_.-]?key|master[_.-]?key|signing[_.-]?key)$", re.IGNORECASE)
_FUNCTION_WORD = re.compile(
    r"(?i)the|an?|your|you|my|our|is|are|was|be|to|of|for|in|on|at|with|and|or|not|no|it|this|that|please|enter|forgot(?:ten)?|new|old"
    r"|must|should|can|cannot|has|have|will|from|by|as|if|when|password|passphrase|der|die|das|ihr|bitte|und|nicht|oder|ein|eine"
)
_NAMES_A_PLACE = re.compile(r"[a-z][a-z_.-]*(?:[:/][a-z][a-z_.-]*)+/?")
_WORDS = re.compile(r"[A-Za-z]?[a-z]{2,}|[A-Z]{2,}")


def entropy_of(value: str) -> float:
    """Shannon entropy in bits a character."""
    if not value:
        return 0.0
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def no_placeholder(found: Candidate) -> bool:
    """Not a variable, a stand-in, a documented example or a run of one character."""
    value = found.value.strip()
    if re.match(r"\$(?:\d\w?|y|apr1|argon2\w*)\$[^$]", value):  # a crypt hash is full of dollars
        return len(value) > 20
    if not value or _REFERENCE.search(value) or _STAND_IN.search(value):
        return False
    if len(set(value)) <= 3 or sequential(value):
        return False
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:16] not in _DOCUMENTED


def vendor_placeholder(value: str) -> bool:
    """A token of a vendor's shape that nobody was ever issued: a documented example, ``xxxx``, an ellipsis."""
    tail = value[-24:]
    if re.search(r"[xX]{6,}|\*{3,}|\.{3,}|…|EXAMPLE|(?i:example|placeholder|changeme|your[-_]|redacted)", value):
        return True
    if len(set(tail)) <= 4 or sequential(tail):
        return True
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:16] in _DOCUMENTED


def sequential(value: str) -> bool:
    """``abcdefgh``, ``12345678``: most characters follow the one before."""
    steps = [ord(b) - ord(a) for a, b in pairwise(value)]
    return len(steps) >= 5 and sum(step in (0, 1) for step in steps) >= 0.8 * len(steps)


#: Marks of a place in a list or of a request, which open nothing.
_MARKER = re.compile(
    r"(?:next|previous|prev|page|paging|pagination|continuation|change|client[_-]?request|idempotency|resume|sync|cursor|action)"
    r"[_-]?token$",
    re.IGNORECASE,
)


def is_test(path: str) -> bool:
    return matches_any(path, _TEST_PATHS)


def speaks_of_secret(key: str) -> bool:
    """Is the value beside this name a secret, or does the name only speak of one (``token_url``, ``max_tokens``)?"""
    name = re.sub(r"\W+$", "", key)
    return not (
        _TALKS.search(name)
        or _HEADS.search(name)
        or _MARKER.search(name)
        or re.search(
            r"(?i)tokens$|public|(?:primary|foreign|sort|partition|cache|index|object|row|hot|map)_?key$", name
        )
    )


def assignment(found: Candidate) -> bool:
    """A generic ``name = value``: the name is a secret's, and the value looks chosen or random, not written."""
    value = found.value
    if not speaks_of_secret(found.key) or not no_placeholder(found) or _ESCAPED.search(value):
        return False
    if _same_words(found.key, value) or re.match(r"(?:https?|file|wss?)://|[./~]|[A-Za-z]:\\", value):
        return False
    if (
        _NAMES_A_PLACE.fullmatch(value)
        or re.fullmatch(r"[A-Za-z_][\w.]*\(.*", value)
        or (" " in value and not _PASSWORD_KEY.search(found.key))
    ):
        return False
    bits, test = entropy_of(value), is_test(found.path) or matches_any(found.path, _DOC_PATHS)
    if _PASSWORD_KEY.search(found.key):
        return _chosen(value) and (not test or bits >= 3.3)
    if 12 <= len(value) < 16 and _SHORT_KEY.search(found.key) and not test:
        return bits >= 3.2 and _kinds(value) >= 3 and _chosen(value) and not _dictionary(value)
    if len(value) < 16 or not re.search(r"\d", value):
        return False
    return bits >= (3.7 if test else 2.9) and not _dictionary(value)


def password(found: Candidate) -> bool:
    """A value that stands where only a password can, whatever name is beside it."""
    return assignment(replace(found, key="password"))


def natural_url_password(found: Candidate) -> bool:
    """A password in a URL: not a placeholder, not the user's own name, not what every tutorial says."""
    value = found.value
    if not no_placeholder(found) or len(value) < 5:
        return False
    weak = re.fullmatch(
        r"(?i)(?:pass|password|pw|pwd|secret|test|dev|local|root|admin|user|postgres|mysql|redis|rabbit|guest|mongo|letsbe|hub)\d{0,3}",
        value,
    )
    return weak is None and value != found.key and (_chosen(value) or entropy_of(value) >= 2.8)


def _chosen(value: str) -> bool:
    """What people take for passwords: at least two kinds of character, one of them no letter, or a pass-phrase."""
    if len(value) < 6 or (value.isdigit() and len(value) < 8):
        return False
    kinds = _kinds(value)
    if " " in value:
        words = value.split()
        spoken = any(_FUNCTION_WORD.fullmatch(word) for word in words)
        return 4 <= len(words) <= 10 and not spoken and all(word.isalnum() for word in words)
    letters = sum(map(len, _WORDS.findall(value)))
    if re.fullmatch(r"[A-Za-z]+(?:[-_.][A-Za-z]+)*", value):  # words only
        return len(value) >= 12 and entropy_of(value) >= 3.5 and not _dictionary(value)
    return kinds >= 2 and (letters < len(value) - 1 or kinds >= 3)


def _kinds(value: str) -> int:
    """Of how many kinds its characters are: small, capital, digit, punctuation, beyond ASCII."""
    return sum(bool(re.search(p, value)) for p in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9\s_.-]", r"[^\x00-\x7f]"))


def _dictionary(value: str) -> bool:
    """Mostly words of small letters, as identifiers are."""
    words = re.findall(r"(?:[A-Z]|\b|(?<=[_.\-/:]))[a-z]{3,}", value)
    return sum(map(len, words)) >= 0.6 * len(value) and re.search(r"[-_./:]|[a-z][A-Z]", value) is not None


def _same_words(key: str, value: str) -> bool:
    """``password: "password_field"``: the value says what the name says."""
    bare = re.sub(r"[^a-z]", "", value.lower())
    return (
        bool(bare)
        and len(bare) >= 0.7 * len(value)
        and (
            bare in re.sub(r"[^a-z]", "", key.lower())
            or bool(
                re.fullmatch(
                    r"[A-Za-z_.-]*(?:password|passwd|secret|token|apikey|api_key|credential)s?[A-Za-z_.-]*",
                    value,
                    re.IGNORECASE,
                )
            )
        )
    )
