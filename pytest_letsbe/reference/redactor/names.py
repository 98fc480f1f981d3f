"""What a field's name says about its value."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

#: ``phrase``: several words; ``secret``: anything; ``token``: no plain word; ``random``: only what looks random
#: (``auth: basic`` is no secret); ``number``: the number of a person.
Sort: TypeAlias = Literal["phrase", "secret", "token", "random", "number"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: One of these stands in every name that matters: a text without them has no field to look at.
HINTS = (
    "pass", "secret", "token", "key", "auth", "cred", "cookie", "session", "pwd", "pw", "pin", "otp", "jwt",
    "bearer", "sid", "kenn", "mnemonic", "phrase", "seed", "ssn", "bsn", "cpf", "nino", "phone", "mobile", "iban",
    "number",    "tax", "national",
)  # fmt: skip

_PHRASE = _set("passphrase mnemonic seedphrase")
_SECRET = _set("password passwd passwort kennwort passcode pwd passw secret credential credentials authorization")
_TOKEN = _set("token pass pw pin otp jwt bearer apikey authkey authtoken accesskey secretkey privatekey")
_RANDOM = _set("auth cookie session sid sessionid jsessionid phpsessid")
_NUMBER = _set("ssn bsn cpf nino phone mobile telephone iban passport")
#: ``key`` alone names anything; after one of these words it is a secret.
_KEYS = _set(
    "access account admin api app application auth client consumer deploy deployer encryption global gpg hmac host"
    " license master mfa pgp preshared private root secret server service session shared signing ssh storage stream"
    " subscription totp vault wallet webhook"
)
_PHRASE_ENDS = _set("pass-phrase seed-phrase recovery-phrase")
_NUMBER_ENDS = _set(
    "insurance-number security-number tax-id tax-number national-id phone-number card-number citizen-number"
    " passport-mrz"
)
#: Words that may stand after the telling one without changing what the value is.
_TAIL = _set("hash hashed value val base64 b64 encoded plain raw text new old current previous prod dev test live")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W_]+")


_HINT = re.compile("|".join(HINTS))


def sort_of(name: str) -> Sort | None:
    """What kind of value stands beside the name, or None when nothing tells that it is a secret.

    Nothing is remembered: what looks like a name may be a token.
    """
    if not _HINT.search(name.lower()):
        return None
    words = [word.lower() for word in _WORD.findall(name[-80:])]
    while len(words) > 1 and (words[-1] in _TAIL or words[-1].isdigit()):
        words.pop()
    if not words or words[0] == "redacted":
        return None
    last = words[-1]
    pair = "-".join(words[-2:])
    if last in _PHRASE or pair in _PHRASE_ENDS:
        return "phrase"
    if last in _SECRET:
        return "secret"
    if last in _TOKEN or (last == "key" and len(words) > 1 and words[-2] in _KEYS) or pair == "session-id":
        return "token"
    if last in _NUMBER or pair in _NUMBER_ENDS:
        return "number"
    return "random" if last in _RANDOM else None
