"""Benign texts: near misses that hold nothing a redactor should touch."""

from __future__ import annotations

import base64
import re
import zlib
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase, digits

from pytest_letsbe import corpora, strict_yaml
from pytest_letsbe.checks.redaction.kinds import parse_benign
from pytest_letsbe.data import data_dir

FILE = data_dir("corpora") / "redaction" / "benign.yaml"
TEXTS = [parse_benign(row.data, row.location) for row in corpora.read(FILE, ["texts"])]
BY_ID = {text.id: text for text in TEXTS}
RENDERED = [(text.id, text.render(seed)) for text in TEXTS for seed in range(8)]
BASE62 = digits + ascii_uppercase + ascii_lowercase
PREFIXES = (
    r"gh[opusr]_\w{10}|github_pat_\w{10}|glpat-[\w-]{10}|npm_\w{10}|pypi-[\w-]{10}|(?:AKIA|ASIA)[A-Z2-7]{16}|AIza[\w-]{35}|"
    r"sk-(?:ant|proj|or)-[\w-]{10}|(?:sk|rk)_(?:live|test)_\w{10}|xox[abpe]-\d|SG\.[\w-]{22}\.|hvs\.[\w-]{20}|glsa_\w{10}|"
    r"AGE-SECRET-KEY-1|PRIVATE KEY|xprv\w{50}|eyJ[\w-]{10,}\.eyJ|otpauth://|hooks\.slack\.com/services"
)
KEYED = (
    r"(?i)(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|credential|authorization|cookie)s?[\"']?\s*[:=]\s*[\"']?"
    r"(?=[^\s\"',;]{6})(?=\S*[0-9])(?!\d+\b)[^\s\"',;]+"
)

EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b"
PHONE = r"(?<![\w.,-])\+\d{1,3}[ -]?\(?\d{2,4}\)?(?:[ -]?\d{2,4}){2,}"


def test_there_are_two_hundred_texts_and_more() -> None:
    assert len(TEXTS) >= 200
    assert len(BY_ID) == len(TEXTS)


def offenders(*patterns: str) -> list[str]:
    """Ids of the texts in which one of the patterns stands, for any seed."""
    found = [re.compile(pattern) for pattern in patterns]
    return [name for name, rendered in RENDERED if any(pattern.search(rendered) for pattern in found)]


def test_no_text_holds_a_vendor_token_or_a_private_key() -> None:
    assert offenders(PREFIXES) == []


def test_no_text_holds_a_value_beside_a_telling_key() -> None:
    assert offenders(KEYED) == []


def test_no_text_holds_a_login_in_a_url() -> None:
    assert offenders(r"://[^/\s:@]*:[^/\s@]+@") == []


def test_no_text_holds_an_e_mail_address_or_a_phone_number() -> None:
    assert offenders(EMAIL, PHONE) == []


def test_no_text_holds_a_card_number() -> None:
    table = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
    for name, rendered in RENDERED:
        for run in re.findall(r"(?<!\d)[3-6](?:[ -]?\d){12,18}(?!\d)", rendered):
            number = [int(d) for d in run if d.isdigit()]
            assert sum(table[d] if i % 2 else d for i, d in enumerate(reversed(number))) % 10, name


def test_no_text_holds_an_iban() -> None:
    for name, rendered in RENDERED:
        for run in re.findall(r"\b[A-Z]{2}\d\d[A-Z0-9]{11,30}\b", rendered):
            assert int("".join(str(int(c, 36)) for c in run[4:] + run[:4])) % 97 != 1, name


def test_no_text_holds_a_word_with_a_valid_crc32_at_its_end() -> None:
    for name, rendered in RENDERED:
        for run in re.findall(r"(?<![0-9A-Za-z])(?=[0-9A-Za-z]{36}(?![0-9A-Za-z]))[0-9A-Za-z]{36}", rendered):
            total = 0
            for char in run[30:]:
                total = total * 62 + BASE62.index(char)
            assert total != zlib.crc32(run[:30].encode()), name


def test_every_text_says_why_it_is_benign() -> None:
    assert [text.id for text in TEXTS if not text.why.endswith(".") or len(text.why.split()) < 2] == []


def test_a_structured_text_is_what_its_media_type_says() -> None:
    import json

    import yaml

    for text in TEXTS:
        rendered = text.render(0)
        if text.media_type == "application/json":
            json.loads(rendered)
        elif text.media_type == "application/x-ndjson":
            assert all(json.loads(line) for line in rendered.splitlines())
        elif text.media_type == "application/yaml":
            assert yaml.safe_load(rendered)


def test_pictures_are_pictures() -> None:
    for name in ("png-data-uri", "png-json", "png-css"):
        data = base64.b64decode(re.findall(r"iVBOR[A-Za-z0-9+/]+=*", BY_ID[name].render(0))[0], validate=True)
        at = 8
        while at < len(data):
            size = int.from_bytes(data[at : at + 4], "big")
            kind_and_body = data[at + 4 : at + 8 + size]
            assert zlib.crc32(kind_and_body) == int.from_bytes(data[at + 8 + size : at + 12 + size], "big")
            at += size + 12


def test_the_openclaw_sentinel_is_among_them() -> None:
    assert re.search(r"oc-sent-v2\.[\w-]+\.end", BY_ID["openclaw-sentinel"].render(0))


def test_texts_that_must_keep_odd_characters_have_them() -> None:
    assert "\r\n" in BY_ID["crlf-lines"].render(0)
    assert "\u200d" in BY_ID["emoji"].render(0)
    assert "\u0301" in BY_ID["combining"].render(0)


def test_the_rows_of_a_file_stand_in_groups_and_are_easy_to_find() -> None:
    document = strict_yaml.load(FILE)
    lines = [document.at("texts", index).line for index in range(len(TEXTS))]
    assert all(a < b for a, b in pairwise(lines))
