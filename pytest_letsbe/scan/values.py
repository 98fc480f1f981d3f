"""What a value looks like, whatever its name: chosen by a person, made by a generator, or written as a word."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise

from .letters import changes, familiar, gibberish

_FUNCTION_WORD = re.compile(
    r"(?i)the|an?|your|you|my|our|is|are|was|be|to|of|for|in|on|at|with|and|or|not|no|it|this|that|please|enter|forgot(?:ten)?|new|old"
    r"|must|should|can|cannot|has|have|will|from|by|as|if|when|password|passphrase|der|die|das|ihr|bitte|und|nicht|oder|ein|eine"
)
_WORDS = re.compile(r"[A-Za-z]?[a-z]{2,}|[A-Z]{2,}")
#: Words that people type where any password will do: what is made of them alone protects nothing.
_ANY_PASSWORD = re.compile(
    r"(?:pass(?:word|wd|phrase|code)?|pwd?|secret|token|key|test(?:ing|er|s)?|users?|admin|root|guest|account|login|example|demo"
    r"|sample|foo|bar|baz|my|your|new|old|current|the|a|is|correct|wrong|incorrect|in|un|valid|bad|good|some|super|very|strong"
    r"|weak|long|short|safe|secure|hello|world|welcome|qwerty|abc|changeme|letmein|hunter|temp|default|mock|fake|dummy|name"
    r"|email|db|sql|postgres|redis|mongo|database|field|value|string|text|other|another|different|not|same|random|plain"
    r"|hash|hashed|encrypted|s|x|required|optional|missing|empty|blank|invalid|expired|confirm(?:ed|ation)?"
    # what a password is called elsewhere: labels say so
    r"|kennwort|passwort|wachtwoord|haslo|salasana|senha|contrasena|clave|motdepasse|parola|lozinka|losenord|adgangskode|passord|heslo"
    r"|jelszo|geslo|parole|slaptazodis|sifre|katasandi|sandi|matkhau|pasahitza|contrasenya|lykilord|fjalekalimi)+",
    re.IGNORECASE,
)
#: What has digits in its name: no password, but an algorithm, an encoding, a version.
_TECHNICAL = re.compile(
    r"(?:sha|md|utf|base|pbkdf|oauth|http|ipv|aes|des|rsa|hs|es|rs|ps|ed|curve|x|iso|win|int|uint|float|crc|blake|v|ver|version"
    r"|step|page|tab|level|col|row|line|item|num|no|nr|type|mp|h|s|ec|k|web|ssl|tls|ntlm|mschap|scram|chap|eap|wpa|ripemd"
    r"|whirlpool|bcrypt|scrypt|argon)[-_]?v?\d{1,3}[a-z_-]*"
    r"|\d{1,2}(?:bits?|bytes?|chars?|characters?|digits?|days?|hours?|min(?:utes)?|sec(?:onds)?|px|r?em|ms|st|nd|rd|th)",
    re.IGNORECASE,
)
_LEET = str.maketrans("@4031!$57", "aaoeiisst")


def any_password(value: str) -> bool:
    """``P@ssw0rd1!``, ``test-user-2``: made of the words that stand for any password."""
    tries = (value, value.rstrip("0123456789!@#$%&*?.,_-+="))
    return any(
        _ANY_PASSWORD.fullmatch(re.sub(r"[^a-z]", "", t))
        for v in tries
        for t in (v.lower(), v.lower().translate(_LEET))
    )


def random_looking(value: str, least: int) -> bool:
    """Mixed as only a generator mixes: hex, base32, base62, base64."""
    if len(value) < least or " " in value or made_of_words(value) or re.search(r"[^\w+/=.~!@#%^&*?-]", value):
        return False
    few = 0.55 * math.log2(min(len(value), 64))
    if entropy_of(value) < few or not re.search(r"[A-Za-z]", value):
        return False
    if re.fullmatch(r"(?:[0-9a-f]+|[0-9A-F]+)=?", value):
        return len(value) >= 12 and re.search(r"\d", value) is not None
    if not re.search(r"\d", value) and not (
        re.search(r"[a-z]", value) and re.search(r"[A-Z]", value) and familiar(value) < 5
    ):
        return False
    mixed = re.search(r"[a-z]", value) and re.search(r"[A-Z]", value)
    least_change = 0.33 if mixed else 0.2
    return familiar(value) < 6.2 + 2 * (changes(value) - least_change) and changes(value) >= least_change


def chosen(value: str) -> bool:
    """What people take for passwords: at least two kinds of character, one of them no letter, or a pass-phrase."""
    if len(value) < 6 or sum(not char.isascii() for char in value) > len(value) / 2:  # a sentence of a label
        return False
    if re.fullmatch(r"\d+(?:[:.,/-]\d+)+", value):  # ports, a date, a version
        return False
    if value.isdigit():
        return len(set(value)) >= 4 and not value.endswith("000")
    kinds = kinds_of(value)
    if " " in value:
        words = value.split()
        spoken = any(_FUNCTION_WORD.fullmatch(word) for word in words)
        return 4 <= len(words) <= 10 and not spoken and all(word.isalnum() for word in words)
    letters = sum(map(len, _WORDS.findall(value)))
    if value.isalpha() and gibberish(value) and not any_password(value) and len(set(value.lower())) >= 5:
        return True
    if re.fullmatch(r"[^\W\d_]+(?:[-_.'’][^\W\d_]+)*", value):  # words only
        return value.isascii() and len(value) >= 12 and entropy_of(value) >= 3.5 and not made_of_words(value)
    if kinds == 2 and letters >= len(value) - 1:
        plain = not any_password(value) and not _TECHNICAL.fullmatch(value) and not re.search(r"[._-]", value)
        return len(value) >= 8 and re.search(r"\d", value) is not None and plain
    return kinds >= 2


def kinds_of(value: str) -> int:
    """Of how many kinds its characters are: small, capital, digit, punctuation, beyond ASCII."""
    return sum(bool(re.search(p, value)) for p in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9\s_.-]", r"[^\x00-\x7f]"))


def made_of_words(value: str) -> bool:
    """Mostly words of small letters, as identifiers are."""
    words = re.findall(r"(?:[A-Z]|\b|(?<=[_.\-/:]))[a-z]{3,}", value)
    return (
        sum(map(len, words)) >= 0.6 * len(value)
        and re.search(r"[-_./:]|[a-z][A-Z]", value) is not None
        and familiar(value) >= 5.5
    )


def entropy_of(value: str) -> float:
    """Shannon entropy in bits a character."""
    if not value:
        return 0.0
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def sequential(value: str) -> bool:
    """``abcdefgh``, ``12345678``: most characters follow the one before."""
    steps = [ord(b) - ord(a) for a, b in pairwise(value)]
    return len(steps) >= 5 and sum(step in (0, 1) for step in steps) >= 0.8 * len(steps)
