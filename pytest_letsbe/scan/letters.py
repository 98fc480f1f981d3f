"""Would a person write these letters, or did a generator? How often two letters follow each other in words."""

from __future__ import annotations

import re
from itertools import pairwise

#: 0 (never) to 9 (often): row a holds aa, ab, ... az. Counted over 19,000 words of source code and documents.
_PAIRS = (
    "58985674726989281989765563"
    "75547432743844741664710351"
    "94658528718754951768743250"
    "75569544933644742674643240"
    "86997774634889676999576863"
    "74557720801634730655601050"
    "62438356701646630764622233"
    "82238101703443730646501140"
    "77888782224889973799372627"
    "51015100401010520040401000"
    "52338233621434430264403030"
    "94469542914844850376652082"
    "86449330813563781264620141"
    "84889794836546851499663152"
    "66884663636889781987867442"
    "84549446714844872967622160"
    "00100000100310000132710000"
    "95779563906776961788654170"
    "73749448915655774489844362"
    "94659538913754860987734372"
    "67656551613778470878210321"
    "72418120700232530233100010"
    "71236215601405620552201000"
    "42535301500332360046100320"
    "43425331500555470365223022"
    "50007102500110300110000022"
)
_RUN = re.compile(r"[a-z]+")
_KIND = str.maketrans(
    {**dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A"), **dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "a"),
     **dict.fromkeys("0123456789", "0")}
)  # fmt: skip


def familiar(text: str) -> float:
    """How much its pairs of letters are those of words, 0 to 9: words have 6 and more, random letters about 4."""
    pairs = [
        int(_PAIRS[(ord(a) - 97) * 26 + ord(b) - 97]) for run in _RUN.findall(text.lower()) for a, b in pairwise(run)
    ]
    return sum(pairs) / len(pairs) if pairs else 9.0


def gibberish(letters: str) -> bool:
    """Letters that make no word: so does one word in 200, and eight of ten random strings of eight letters."""
    return len(letters) >= 6 and familiar(letters) < (4.4 if len(letters) < 8 else 5.4 if len(letters) < 10 else 5.8)


def changes(value: str) -> float:
    """How often a character is of another kind (small, capital, digit) than the one before, 0 to 1."""
    kinds = value.translate(_KIND)
    return sum(a != b for a, b in pairwise(kinds)) / max(1, len(kinds) - 1)
