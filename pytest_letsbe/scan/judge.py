"""Is a value a secret? Entropy, placeholders, documented examples, and what the name beside it says."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace

from .globs import matches_any
from .letters import gibberish
from .names import SECRET_KEYS
from .values import any_password, chosen, entropy_of, kinds_of, made_of_words, random_looking, sequential


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
    r"\$\{|\$\(|\{\{|\}\}|\{%|<%|%\(|%[sdv]\b|(?:^|[^A-Za-z0-9$])\$[A-Za-z_][A-Za-z0-9_]*|\$[A-Z_]{3,}"
    r"|<[A-Za-z][\w .:/-]*>|@[A-Z_]{2,}@|__[A-Z_]+__"
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
    "*.template", "*.example.*", "*.examples.*", "*.sample.*", "**/examples/**", "examples/**", "*.stories.*",
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
_PASSWORD_KEY = re.compile(r"pass(?:word|wd|phrase|code|wort)?|pwd|pswd|psk$|(?:^|[^A-Za-z])pw\d?\W*$", re.IGNORECASE)
#: A secret that people make up themselves, and shorter than what a vendor issues.
_SHORT_KEY = re.compile(
    r"(?:secret|pepper|credentials?|(?:secret|api|master|signing|jwt|encryption|session|cookie|aes|crypto|cipher|hmac)[_.-]?key)\W*$",
    re.IGNORECASE,
)
#: Names of many things, of which only what a generator made is secret.
_MATERIAL_KEY = re.compile(r"(?:salt|nonce|vector|iv|seed)\d?\W*$", re.IGNORECASE)
_WHOLE_WORD = re.compile(
    r"(?:^|[^A-Za-z])(?i:salt|nonce|iv|seed)\d?\W*$|[a-z](?:Salt|Nonce|I[vV]|Seed)\d?\W*$"
    r"|(?i:init(?:iali[sz]ation)?_?vector)\d?\W*$"
)
#: A public key in DER, whole: no secret, and long and random.
_PUBLIC = re.compile(r"MFkwEwYH|MHYwEAYH|MIGfMA0G|MIIB[IoC]|MIICIjAN|MCowBQYD|ssh-|ecdsa-")
_KEY_OF_MANY = re.compile(r"(?:key|auth|authorization)\d?\W*$", re.IGNORECASE)
_SECRET_KEY = re.compile(
    rf"(?:{'|'.join(SECRET_KEYS)})(?:[_.-]?access)?[_.-]?key(?:[_.-]?base)?"
    r"(?:[_-]?(?:prod|dev|staging|live|test)\w{0,10})?\d?\W*$",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_RULES = re.compile(r"\w+(?::\w+)?(?:[|,]\w+(?::[\w,]+)?)+")
#: What stands before a secret in the same quotes; ``{noop}`` is Spring's word for a password that isn't hashed.
_SCHEME = re.compile(r"\{noop\}|(?:Bearer|Basic|Token|token|JWT|ApiKey|Digest|key=)[ \t]?(?=\S{16})")
_NAMES_A_PLACE = re.compile(r"[a-z][a-z_.-]*(?:[:/][a-z][a-z_.-]*)+/?")


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


#: Marks of a place in a list or of a request, which open nothing.
_MARKER = re.compile(
    r"(?:csrf|xsrf|authenticity|next|previous|prev|page|paging|pagination|continuation|change|client[_-]?request|idempotency"
    r"|resume|sync|cursor|action)[_-]?token$",
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


def material(found: Candidate) -> bool:
    """A key, a salt or a nonce by its name or its place: only what a generator made, and no identifier of a thing."""
    value = found.value
    if not no_placeholder(found) or _ESCAPED.search(value) or _UUID.fullmatch(value) or not speaks_of_secret(found.key):
        return False
    if re.search(r"(?i)(?:key|auth|authorization|iv|vector|seed)\d?\W*$", found.key) and (
        is_test(found.path) or matches_any(found.path, _DOC_PATHS)
    ):
        return False  # a test's vector
    if _PUBLIC.match(value) or re.match(r"(?:https?|wss?|urn|data):|[./~]", value):
        return False
    return random_looking(value, 16 if _KEY_OF_MANY.search(found.key) else 8)


def from_a_generator(found: Candidate) -> bool:
    """Random, whatever name is beside it."""
    return material(replace(found, key="nonce")) and len(found.value) >= 16


def chosen_key(found: Candidate) -> bool:
    """What a call takes for a key: random, or chosen as a password is."""
    return material(replace(found, key="salt")) or (
        len(found.value) >= 8 and password(found) and not is_test(found.path)
    )


def assignment(found: Candidate) -> bool:
    """A generic ``name = value``: the name is a secret's, and the value looks chosen or random, not written."""
    if scheme := _SCHEME.match(found.value):
        found = replace(found, value=found.value[scheme.end() :])
    if not speaks_of_secret(found.key) or not no_placeholder(found) or _is_written(found):
        return False
    if _MATERIAL_KEY.search(found.key):
        return _WHOLE_WORD.search(found.key) is not None and material(found)
    secret = _PASSWORD_KEY.search(found.key) or _SECRET_KEY.search(found.key)
    if _KEY_OF_MANY.search(found.key) and not secret:
        return material(found)
    loose = is_test(found.path) or matches_any(found.path, _DOC_PATHS)
    return (_is_password if _PASSWORD_KEY.search(found.key) else _is_token)(found, loose)


def _is_written(found: Candidate) -> bool:
    """A name, a path, a call, a list of rules, the head of something put together, a sentence."""
    value = found.value
    return bool(
        _ESCAPED.search(value)
        or _same_words(found.key, value)
        or re.match(r"(?:https?|file|wss?)://|[./~]|[A-Za-z]:\\", value)
        or _NAMES_A_PLACE.fullmatch(value)
        or _RULES.fullmatch(value)
        or re.fullmatch(r"[A-Za-z_][\w.]*\(.*", value)
        or (value.endswith("=") and len(value.rstrip("=")) % 4 in (0, 1))
        or (" " in value and not _PASSWORD_KEY.search(found.key))
    )


def _is_password(found: Candidate, loose: bool) -> bool:
    value = found.value
    if not chosen(value) or not loose:
        return chosen(value)
    return entropy_of(value) >= 3.3 or (len(value) >= 8 and not any_password(value) and kinds_of(value) >= 2)


def _is_token(found: Candidate, loose: bool) -> bool:
    value, bits = found.value, entropy_of(found.value)
    if len(value) >= 16:
        if not re.search(r"\d", value):
            return not loose and random_looking(value, 16)
        return bits >= (3.7 if loose else 2.9) and not made_of_words(value)
    if len(value) >= 8 and _SHORT_KEY.search(found.key) and not loose:
        enough = kinds_of(value) >= (3 if len(value) >= 12 else 2)
        return bits >= 2.5 and enough and chosen(value) and not made_of_words(value)
    return kinds_of(value) >= 3 and not any_password(value) and random_looking(value, 10)


def bare(found: Candidate) -> bool:
    """A value without quotes, or in prose: it must look like nothing else."""
    value = found.value.rstrip(".,:")
    _, there, after = found.line.partition(found.value)
    if (there and after[:1] and after[0] in "([{<$") or re.search(r"\b[A-Za-z_]{3,}\.[A-Za-z_]{3,}[.(]|::|->", value):
        return False
    if "ENC[" in found.line:  # sops
        return False
    found = replace(found, value=value)
    if not _PASSWORD_KEY.search(found.key):
        return assignment(found) and random_looking(value, 12)
    return (
        assignment(found)
        and not any_password(value)
        and (
            kinds_of(value) >= 3
            or random_looking(value, 8)
            or gibberish(value)
            or re.search(r"[a-z]{3,}\d{2,}$", value) is not None
        )
    )


def bare_password(found: Candidate) -> bool:
    """Beside a user's name, or behind a word like ``login``: less certain than a name."""
    return bare(replace(found, key="password")) and not re.search(r"^[a-z]+(?:[-_./][a-z0-9]+)+$", found.value)


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
    return weak is None and value != found.key and (chosen(value) or entropy_of(value) >= 2.8)


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
