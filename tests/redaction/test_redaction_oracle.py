"""The oracle: it finds what leaks, in every encoding and carrier, and never cries out over a good mask."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable
from string import ascii_letters, ascii_lowercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_letsbe import corpora
from pytest_letsbe.checks.redaction.carriers import fits, parse_carrier
from pytest_letsbe.checks.redaction.encodings import ENCODINGS
from pytest_letsbe.checks.redaction.model import Carrier, Encoding, Secret
from pytest_letsbe.checks.redaction.oracle import find_digest, find_leak
from pytest_letsbe.data import data_dir

FILE = data_dir("corpora") / "redaction" / "carriers.yaml"
CARRIERS = {row.id: parse_carrier(row.data, row.location) for row in corpora.read(FILE, ["carriers"])}
BY_ID = {encoding.id: encoding for encoding in ENCODINGS}
PUBLIC = "gh" + "p_"


def token(seed: int, length: int = 36, prefix: str = PUBLIC) -> Secret:
    core = "".join(random.Random(seed).choices(ascii_letters + digits, k=length))
    return Secret("github-pat", prefix + core, (core,), "api_token", True)


def card(seed: int) -> Secret:
    """Sixteen digits, of which the middle six are the secret."""
    value = "".join(random.Random(seed).choices(digits, k=16))
    return Secret("card", value, (value[6:12],), "card_number", True)


def word(value: str) -> Secret:
    return Secret("password", value, (value,), "password", False)


def login(seed: int) -> Secret:
    rng = random.Random(seed)
    password = "".join(rng.choices(ascii_letters + digits + "!#-_", k=rng.randint(6, 14)))
    return Secret("db-url", f"postgres://app:{password}@db.example.test/app", (password,), "url", True)


SYNTHS: dict[str, Callable[[int], Secret]] = {
    "token": token,
    "card": card,
    "login": login,
    "pin": lambda seed: word(str(random.Random(seed).randrange(100_000, 1_000_000))),
    "phone": lambda seed: word(str(random.Random(seed).randrange(10**10, 10**11))),
    "hex": lambda seed: word(hashlib.sha1(str(seed).encode()).hexdigest()),
    "password": lambda seed: word("".join(random.Random(seed).choices(ascii_lowercase, k=9))),
}

MASKS: dict[str, Callable[[Secret], str]] = {
    "empty": lambda s: "",
    "stars": lambda s: "***",
    "stars-as-long": lambda s: "*" * len(s.value),
    "crosses-as-long": lambda s: "x" * len(s.value),
    "dots": lambda s: "•" * 8,
    "placeholder": lambda s: "[REDACTED]",
    "placeholder-with-kind": lambda s: f"[REDACTED:{s.kind}]",
    "tag": lambda s: f"<{s.kind.upper()}_1>",
    "numbered": lambda s: f"[{s.kind}-{sum(map(ord, s.value)) % 10_000:04d}]",
    "pseudonym": lambda s: hmac.new(b"key", s.value.encode(), hashlib.sha256).hexdigest(),
    "pseudonym-with-prefix": lambda s: f"{s.kind}_" + hmac.new(b"key", s.value.encode(), "sha256").hexdigest()[:16],
    "pseudonym-base64": lambda s: base64.b64encode(hmac.new(b"key", s.value.encode(), "sha256").digest()).decode(),
    "other-digits": lambda s: "".join(random.Random(s.value + "other").choices(digits, k=len(s.value))),
}

SOME_CARRIERS = [
    CARRIERS[name] for name in ("prose", "json-field", "log-line", "url", "long-log", "sse-anthropic-tool")
]
SOME_ENCODINGS = [
    BY_ID[name] for name in ("plain", "plain", "base64", "json-unicode", "percent-all", "base64-at-1", "hex")
]


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=list(CARRIERS))
def test_every_encoding_is_read_in_every_carrier(carrier: Carrier) -> None:
    missed, tried = [], 0
    for seed, prefix in enumerate((PUBLIC, "")):
        secret = token(seed, 40, prefix)
        for encoding in ENCODINGS:
            written = encoding.encode(secret.value)
            if fits(carrier, written):
                tried += 1
                text = carrier.render(written, secret.key).text
                leak = find_leak(text, secret, given=text)
                if leak is None or leak.share < 0.5:
                    missed.append((encoding.id, str(leak)))
    assert missed == []
    assert tried >= 60


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("kind", SYNTHS)
def test_a_good_mask_is_never_a_leak(kind: str, mask: str) -> None:
    alarms = []
    for seed in range(150):
        rng = random.Random(seed)
        secret = SYNTHS[kind](seed)
        carrier, encoding = rng.choice(SOME_CARRIERS), rng.choice(SOME_ENCODINGS)
        masked = MASKS[mask](secret)
        if encoding.id != "plain" and seed % 2:
            masked = encoding.encode(masked)
        given = carrier.render(encoding.encode(secret.value), secret.key).text
        output = carrier.render(masked, secret.key).text
        leak = find_leak(output, secret, given=given)
        if leak is not None:
            alarms.append((seed, carrier.id, encoding.id, str(leak)))
    assert alarms == []


def test_a_good_mask_is_never_a_leak_when_the_input_is_unknown() -> None:
    for seed in range(300):
        for kind, synth in SYNTHS.items():
            secret = synth(seed)
            assert find_leak(f"login user=alice value={MASKS['pseudonym'](secret)} ok", secret) is None, (kind, seed)


@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda encoding: encoding.id)
def test_removing_the_encoded_value_is_clean(encoding: Encoding) -> None:
    for seed in range(40):
        secret = token(seed)
        given = f"before {encoding.encode(secret.value)} after, 2026-11-23"
        assert find_leak("before [REDACTED] after, 2026-11-23", secret, given=given) is None


def half_masked(value: str, head: int, tail: int, filler: str) -> str:
    return value[:head] + filler + value[len(value) - tail :]


@pytest.mark.parametrize(
    ("length", "head", "tail", "leaks"),
    [
        (36, 6, 6, False),  # 12 of 36 is a third, not more
        (36, 7, 6, True),
        (36, 2, 4, False),
        (36, 8, 0, True),  # eight in a row
        (36, 7, 0, False),
        (36, 0, 8, True),
        (12, 2, 2, False),
        (12, 2, 3, True),
        (12, 4, 4, True),
        (10, 2, 4, True),
        (6, 2, 0, False),
        (6, 3, 0, True),
        (6, 2, 2, True),
        (5, 2, 0, True),
    ],
)
@pytest.mark.parametrize("filler", ["…", "***", "[REDACTED]", "xxxxxx"])
def test_a_mask_may_show_a_third_and_less_than_eight_in_a_row(
    length: int, head: int, tail: int, leaks: bool, filler: str
) -> None:
    for seed in range(20):
        core = "".join(random.Random(seed).choices("ABCDEFGHJKLMNPQRSTUVWYZ" + digits, k=length))
        secret = word(core)
        for template in ("login password={} ok", '{{"password": "{}"}}', "{}"):
            output = template.format(half_masked(core, head, tail, filler))
            found = find_leak(output, secret, given=template.format(core))
            assert (found is not None) == leaks, (seed, template, str(found))


def test_the_public_part_of_a_value_may_stay() -> None:
    for seed in range(50):
        secret = token(seed)
        core = secret.cores[0]
        given = f"token={secret.value} ok"
        assert find_leak(f"token={PUBLIC}*** ok", secret, given=given) is None
        assert find_leak(f"token={PUBLIC}{core[:2]}…{core[-4:]} ok", secret, given=given) is None
        assert find_leak(f"token={PUBLIC}{core[:8]}… ok", secret, given=given) is not None
        number = card(seed)
        masked = f"{number.value[:6]}******{number.value[-4:]}"
        assert find_leak(f"card {masked} ok", number, given=f"card {number.value} ok") is None
        assert find_leak(f"card {number.value[:10]}******", number, given=f"card {number.value}") is not None


def test_runs_between_masks_are_added_up() -> None:
    secret = token(1)
    core = secret.cores[0]
    pieces = "***".join(core[i : i + 5] for i in range(0, 36, 8))
    leak = find_leak(f"token={pieces} ok", secret, given=f"token={secret.value} ok")
    assert leak is not None
    assert leak.longest == 5


@pytest.mark.parametrize("punch", ["every other", "between all", "two of three"])
def test_a_mask_with_holes_shows_what_stands_in_them(punch: str) -> None:
    for seed in range(40):
        secret = token(seed)
        shown = {
            "every other": "".join("*" if place % 2 else char for place, char in enumerate(secret.value)),
            "between all": "\u2022".join(secret.value),
            "two of three": "".join("x" if place % 3 == 0 else char for place, char in enumerate(secret.cores[0])),
        }[punch]
        leak = find_leak(f"token={shown} ok", secret, given=f"token={secret.value} ok")
        assert leak is not None
        assert leak.share > 1 / 3


def test_what_a_mask_of_a_card_may_show_is_no_hole() -> None:
    number = Secret("card", "4242421830194242", ("183019",), "CARD", True)
    for masked in ("424242******4242", "4242 42** **** 4242", "4***********4242", "*-*-*-4242", "x4x2", "x1x3"):
        assert find_leak(f"card {masked} ok", number, given=f"card {number.value} ok") is None, masked


def test_a_partial_mask_of_an_encoded_value_is_read() -> None:
    secret = word("Kd83hFq02mZp")
    encoded = BY_ID["json-unicode"].encode
    given = json.dumps({"a": 1})[:-1] + f', "password": "{encoded(secret.value)}"}}'
    output = given.replace(encoded(secret.value), encoded("Kd83") + "****" + encoded("2mZp"))
    leak = find_leak(output, secret, given=given)
    assert leak is not None
    assert leak.chain == ("backslash",)


def test_every_copy_must_go() -> None:
    secret = token(4)
    given = f"first {secret.value}, then {secret.value}, last {secret.value}\n"
    assert find_leak(given.replace(secret.value, "***", 2), secret, given=given) is not None
    assert find_leak(given.replace(secret.value, "***"), secret, given=given) is None


def test_several_secrets_side_by_side_are_told_apart() -> None:
    one, two = token(5), token(6, 20, "sk-")
    both = Secret("two", one.value + two.value, one.cores + two.cores, "", True)
    given = f"tokens: {one.value} {two.value}\n{two.value},{one.value}\n"
    clean = given.replace(one.value, "[A]").replace(two.value, "[B]")
    assert find_leak(clean, both, given=given) is None
    shown = given.replace(one.value, "[A]").replace(two.value, f"{two.cores[0][:4]}***{two.cores[0][-4:]}")
    assert find_leak(shown, both, given=given) is not None


def test_words_of_the_carrier_are_no_leak() -> None:
    secret = word("postgres-db.example.test-7Hq")
    given = f"host=db.example.test driver=postgres-db password={secret.value}"
    assert find_leak("host=db.example.test driver=postgres-db password=***", secret, given=given) is None
    assert find_leak("host=db.example.test driver=postgres-db password=db.example.test-7***", secret, given=given)
    # One word stands in the carrier once; a second copy of it comes from the secret.
    assert find_leak("host=db.example.test driver=postgres-db password=db.example.test", secret, given=given)


def test_half_a_secret_in_a_stream_is_a_leak_though_the_input_holds_it_in_pieces() -> None:
    text = "".join(f'data: {{"delta":"{piece}"}}\n\n' for piece in ("say ", "Ab3dE7gHkL9m", "Nq2rS4tUvW6x", " ok"))
    secret = word("Ab3dE7gHkL9mNq2rS4tUvW6x")
    assert find_leak(text, secret, given=text).share == 1  # type: ignore[union-attr]
    half = text.replace("Nq2rS4tUvW6x", "***")
    leak = find_leak(half, secret, given=text)
    assert leak is not None
    assert leak.share == 0.5
    assert find_leak(half.replace("Ab3dE7gHkL9m", ""), secret, given=text) is None


def test_short_numbers_elsewhere_are_chance() -> None:
    for seed in range(300):
        number = card(seed)
        middle = number.cores[0]
        given = f"at {middle[:4]}-11-23 order {middle[1:5]} card {number.value} took {middle[2:]} ms"
        assert find_leak(given.replace(number.value, "[CARD]"), number, given=given) is None
        assert find_leak(given.replace(number.value, f"[CARD {middle}]"), number, given=given) is not None


def test_without_the_input_a_short_core_counts_as_a_whole_word() -> None:
    assert find_leak("the pin is 482913.", word("482913")) is not None
    assert find_leak("at 1482913000", word("482913")) is None
    assert find_leak("the pin is 4829", word("482913")) is None
    assert find_leak(base64.b64encode(b"the pin is 482913 or so").decode(), word("482913")) is not None


def test_another_case_counts_only_for_the_whole() -> None:
    secret = word("Ab3dE7gHkL9mNq2r")
    assert find_leak("AB3DE7GHKL9MNQ2R", secret) is not None
    assert find_leak("AB3DE7GHKL9M", secret) is None


def test_reversal_is_out_of_scope() -> None:
    secret = token(7)
    assert find_leak(secret.value[::-1], secret) is None


@pytest.mark.parametrize(
    "output",
    [
        lambda v: v.encode(),
        lambda v: v.encode("utf-16"),
        lambda v: b"\xff\x00" + v.encode("utf-16-le"),
        lambda v: gzip.compress(b"log: " + v.encode()),
        lambda v: b"\x89PNG\r\n" + bytes(range(256)) + v.encode() + b"\xff",
    ],
    ids=["utf-8", "utf-16-bom", "utf-16", "gzip", "binary"],
)
def test_bytes_are_read_as_text_utf_16_and_gzip(output: Callable[[str], bytes]) -> None:
    secret = token(8)
    assert find_leak(output(secret.value), secret) is not None
    assert find_leak(output("[REDACTED]"), secret) is None


def test_a_leak_says_how_it_was_read_and_never_what() -> None:
    secret = token(9)
    inner = json.dumps({"a": base64.b64encode(f"pw {secret.value}".encode()).decode()})
    leak = find_leak(json.dumps({"body": inner}), secret)
    assert leak is not None
    assert leak.share == 1
    assert any(step.startswith("base64@") for step in leak.chain)
    shown = f"{leak} {leak!r} {secret!r}"
    assert not any(secret.cores[0][i : i + 4] in shown for i in range(33))
    leak = find_leak(f"say {secret.value[:20]} !", secret)
    assert leak is not None
    assert (leak.offset, leak.longest, leak.length, leak.chain) == (8, 16, 36, ())


def test_nested_encodings_are_undone_to_the_fifth() -> None:
    secret = token(10)
    text = secret.value
    for name in ("percent-all", "base64", "json-unicode", "html-decimal", "hex"):
        text = BY_ID[name].encode(text)
    assert find_leak(text, secret) is not None


@given(
    core=st.text(ascii_letters + digits + "+/=_-.!", min_size=8, max_size=80),
    before=st.text(max_size=40),
    after=st.text(max_size=40),
)
def test_a_whole_core_is_found_in_any_text(core: str, before: str, after: str) -> None:
    assert find_leak(before + " " + core + " " + after, word(core)) is not None


@given(before=st.text(max_size=60), after=st.text(max_size=60), seed=st.integers(0, 10**6))
def test_a_placeholder_in_any_text_is_clean(before: str, after: str, seed: int) -> None:
    secret = token(seed)
    given = before + secret.value + after
    assert find_leak(before + "[REDACTED:github-pat]" + after, secret, given=given) is None


@given(output=st.text(max_size=300), given_text=st.text(max_size=300), value=st.text(min_size=1, max_size=60))
def test_no_input_makes_the_oracle_raise(output: str, given_text: str, value: str) -> None:
    find_leak(output, word(value), given=given_text)
    find_leak(output, Secret("k", value, (value[: len(value) // 2], value[-3:]), "", True), given=given_text + value)
    find_leak(output.encode("utf-8", "replace"), word(value))
    find_digest(output, word(value))


BOMB = base64.b64encode(gzip.compress(b"\\u0041%25" * 8_000_000)).decode()
HOSTILE = {
    "backslashes": "\\" * 1_000_000,
    "percents": "%25" * 333_333,
    "entities": "&amp;" * 200_000,
    "base64": "QUJD" * 250_000,
    "hex": "4142" * 250_000,
    "base32": "MFRGG" * 200_000,
    "quotes": '"' * 1_000_000,
    "quotes-and-joint": '"' * 1_000_000 + '"+"a',
    "spaced-quotes": ("'" + " " * 60) * 16_000 + "'+'a",
    "endless-reference": "&#" + "1" * 1_000_000 + ";",
    "joints": '"+"' * 333_333,
    "events": 'data: {"a":"b"}\n' * 60_000,
    "deep-json": 'data: {"a":1}\ndata: ' + "[" * 1_000_000,
    "deep-list": "data: 1\ndata: " + '{"a":' * 200_000,
    "equals": "=41" * 333_333,
    "escapes": "\x1b[" * 500_000,
    "osc": "\x1b]" * 500_000,
    "spaces": " " * 1_000_000,
    "lines": "\n" * 1_000_000,
    "margins": "+\n>" * 333_333,
    "wide": "\uff21" * 1_000_000,
    "arabic": "\ufdfa" * 300_000,
    "zero-width": "\u200b" * 1_000_000,
    "gzip-heads": base64.b64encode(b"\x1f\x8b\x08\0x\x9c" * 120_000).decode(),
    "bomb": BOMB,
    "separated": "41:" * 333_333,
    "repeated-core": "Ab3dE7g" * 140_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_outputs_are_read_in_seconds(name: str) -> None:
    started = time.process_time()
    find_leak(HOSTILE[name], token(11), given=HOSTILE[name][:1000])
    find_leak(HOSTILE[name], word("Ab3dE7gX" * 200), given="x")
    assert time.process_time() - started < 8


def test_a_megabyte_of_ordinary_text_is_read_in_a_second_and_the_last_line_counts() -> None:
    secret = token(12)
    text = "2026-11-23T08:14:02Z INFO worker-7 finished job, 3 retries, next run in 40 s\n" * 13_000
    given = text + f"the last line holds {secret.value}\n"
    started = time.process_time()
    assert find_leak(given, secret, given=given) is not None
    assert find_leak(text + "the last line holds ***\n", secret, given=given) is None
    assert time.process_time() - started < 4


def test_a_clean_output_costs_little() -> None:
    """Measured: 40 to 160 us for 300 characters; the limit leaves room for a busy machine."""
    samples = []
    for seed in range(600):
        secret, carrier = token(seed), SOME_CARRIERS[seed % 4]
        encoding = SOME_ENCODINGS[seed % len(SOME_ENCODINGS)]
        given = carrier.render(encoding.encode(secret.value), secret.key).text
        samples.append((carrier.render("REDACTED", secret.key).text, secret, given))
    started = time.process_time()
    for output, secret, given in samples:
        assert find_leak(output, secret, given=given) is None
    assert (time.process_time() - started) / len(samples) < 600e-6


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b"])
def test_unsalted_digests_are_found_in_hex_and_base64(name: str) -> None:
    secret = token(13)
    for data in (secret.value.encode(), secret.cores[0].encode(), secret.value.encode() + b"\n"):
        digest = hashlib.new(name, data)
        assert find_digest(f"token={digest.hexdigest()} ok", secret) == f"{name} in hex"
        assert find_digest(f"token={digest.hexdigest().upper()} ok", secret) == f"{name} in hex"
        assert find_digest(base64.b64encode(digest.digest()).decode(), secret) == f"{name} in base64"
        assert find_digest(base64.urlsafe_b64encode(digest.digest()).decode().rstrip("="), secret)


def test_the_beginning_of_a_digest_is_one() -> None:
    secret = token(13)
    digest = hashlib.sha256(secret.value.encode()).hexdigest()
    assert find_digest(f"[secret:{digest[:8]}]", secret) == "sha256 in hex"
    assert find_digest(f"[secret:{digest[:7]}]", secret) is None


def test_a_keyed_digest_is_fine() -> None:
    secret = token(14)
    assert find_digest(MASKS["pseudonym"](secret) + MASKS["pseudonym-base64"](secret), secret) is None
