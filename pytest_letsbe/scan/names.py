"""The names that secrets go by, once: rows say ``<<secret>>`` for all of them, in keywords and in regex."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..model import Location, UsageError
from ..suggest import did_you_mean

#: The last words of such names: what stands before them (db_, client_, apiKey) is judged with the value.
_PASSWORDS = ("password", "passwd", "passphrase", "passcode", "passwort", "pswd", "pass", "pwd", "psk", "pw")
_OTHERS = ("secret", "token", "credential", "credentials", "pepper", "key", "auth", "authorization")
#: Random material, of no use by itself, but wrong wherever it is fixed.
_MATERIAL = ("salt", "nonce", "vector", "iv", "seed")

LISTS: dict[str, tuple[str, ...]] = {
    "password": _PASSWORDS,
    "secret": (*_PASSWORDS, *_OTHERS, *_MATERIAL),
}
#: What makes a key a secret one, and no index: api_key, apiKey, api-key.
SECRET_KEYS = (
    "secret", "api", "access", "auth", "private", "encryption", "decryption", "encrypt", "signing", "sign", "master",
    "jwt", "session", "cookie", "client", "consumer", "account", "storage", "shared", "subscription", "app", "security",
    "service", "server", "validation", "aes", "des", "hmac", "crypto", "cipher", "admin", "license", "write", "token",
)  # fmt: skip
_LIST = re.compile(r"<<(\w+)>>")


def pattern(name: str) -> str:
    """The alternation for a regex, longer names first."""
    return "(?:" + "|".join(sorted(LISTS[name], key=lambda word: (-len(word), word))) + ")"


def in_regex(regex: str, where: Location) -> str:
    return _LIST.sub(lambda found: pattern(_known(found[1], where)), regex)


def in_keywords(keywords: Sequence[str], where: Location) -> tuple[str, ...]:
    """Each keyword once for every name of its list."""
    out = []
    for keyword in keywords:
        found = _LIST.search(keyword)
        out += [keyword.replace(found[0], word) for word in LISTS[_known(found[1], where)]] if found else [keyword]
    return tuple(dict.fromkeys(out))


def _known(name: str, where: Location) -> str:
    if name not in LISTS:
        raise UsageError(f"no list of names is called {name!r}{did_you_mean(name, LISTS)}", where)
    return name
