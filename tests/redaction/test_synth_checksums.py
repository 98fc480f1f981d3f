"""Checksums and structures, computed again by other means than the generators'."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import zlib
from collections.abc import Iterator
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

import pytest

from pytest_letsbe import corpora
from pytest_letsbe.checks.redaction.kinds import parse_kind
from pytest_letsbe.checks.redaction.model import Secret
from pytest_letsbe.checks.redaction.synth import fill, seeded, synthesise
from pytest_letsbe.data import data_dir

SEEDS = range(20)
FILES = [data_dir("corpora") / "redaction" / f"{name}.yaml" for name in ("secrets", "pii")]
ROWS = [row for file in FILES for row in corpora.read(file, ["kinds"])]
KINDS = {kind.id: kind for kind in (parse_kind(row.data, row.location, row.corpus) for row in ROWS)}


def secrets(name: str) -> Iterator[Secret]:
    return (synthesise(KINDS[name], seed) for seed in SEEDS)


def values(name: str) -> Iterator[str]:
    return (secret.value for secret in secrets(name))


def number(text: str, alphabet: str) -> int:
    total = 0
    for char in text:
        total = total * len(alphabet) + alphabet.index(char)
    return total


def unbase64(text: str) -> bytes:
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)


def unjson(text: str) -> dict[str, Any]:
    value = json.loads(unbase64(text))
    assert isinstance(value, dict)
    return value


BASE62 = digits + ascii_uppercase + ascii_lowercase
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@pytest.mark.parametrize("name", [name for name in KINDS if re.match(r"gh.*_|npm_", KINDS[name].template[:4])])
def test_github_and_npm_tokens_end_in_the_crc32_of_their_thirty_random_characters(name: str) -> None:
    for value in values(name):
        random, checksum = value[4:34], value[34:]
        assert len(value) == 40
        assert number(checksum, BASE62) == zlib.crc32(random.encode())


def test_gitlab_routable_tokens_end_in_their_length_and_crc32() -> None:
    for value in values("gitlab-pat-routable"):
        payload, _, tail = value.removeprefix("glpat-").partition(".")
        assert int(tail[:2], 36) == len(payload)
        assert int(tail[2:], 36) == zlib.crc32(value[:-7].encode())
        assert re.fullmatch(rb"o:1\nu:[0-9a-z]+.{16}\x10", unbase64(payload), re.DOTALL)


def test_grafana_tokens_end_in_the_little_endian_crc32_of_their_first_37_characters() -> None:
    for value in values("grafana-service-account"):
        assert int.from_bytes(bytes.fromhex(value[38:]), "little") == zlib.crc32(value[:37].encode())


@pytest.mark.parametrize("name", ["atlassian-api-token", "bitbucket-app-password", "bitbucket-access-token"])
def test_atlassian_tokens_end_in_the_crc32_of_the_rest(name: str) -> None:
    for value in values(name):
        assert int(value[-8:], 16) == zlib.crc32(value[:-8].encode())


def test_cloudflare_tokens_end_in_the_crc32_of_their_random_part() -> None:
    for value in values("cloudflare-account-token"):
        assert int(value[-8:], 16) == zlib.crc32(value[5:-8].encode())


def test_jfrog_keys_are_the_base58_of_54_bytes() -> None:
    for value in values("jfrog-key"):
        assert (number(value, BASE58).bit_length() + 7) // 8 == 54


def test_bitbucket_data_center_tokens_hold_an_id_and_twenty_bytes() -> None:
    for value in values("bitbucket-dc-token"):
        assert re.fullmatch(rb"\d{4,19}:.{20}", unbase64(value[5:]), re.DOTALL)


def test_aws_key_ids_belong_to_documentation_accounts() -> None:
    for name, account in (("aws-key-id", 123456789012), ("aws-temporary-key-id", 111122223333)):
        for value in values(name):
            bits = int.from_bytes(base64.b32decode(value[4:])[:6], "big")
            assert (bits & 0x7FFFFFFFFF80) >> 7 == account


def test_pypi_tokens_are_macaroons_of_pypi() -> None:
    for value in values("pypi-token"):
        raw = unbase64(value.removeprefix("pypi-"))
        assert raw.startswith(b"\x02\x01\x08pypi.org\x02\x24")
        assert raw[-34:-32] == b"\x06\x20"


def test_grafana_cloud_tokens_are_json() -> None:
    for value in values("grafana-cloud"):
        assert set(unjson(value.removeprefix("glc_"))) == {"o", "n", "k", "m"}


def test_sentry_and_1password_tokens_are_json() -> None:
    for value in values("sentry-org-token"):
        assert "region_url" in unjson(value.removeprefix("sntrys_").partition("_")[0])
    for value in values("onepassword-service-account"):
        assert "secretKey" in unjson(value.removeprefix("ops_"))


def test_discord_tokens_begin_with_a_snowflake() -> None:
    for value in values("discord-bot"):
        moment = (int(unbase64(value.partition(".")[0])) >> 22) + 1_420_070_400_000
        assert 1_600_000_000_000 < moment < 1_800_000_000_000


@pytest.mark.parametrize("name", ["jwt-hs256", "jwt-hs512", "jwt-es256", "kubernetes-service-account"])
def test_web_tokens_have_a_public_header_claims_and_a_signature_of_the_right_length(name: str) -> None:
    lengths = {"HS256": 32, "HS512": 64, "ES256": 64, "RS256": 256}
    for secret in secrets(name):
        header, payload, signature = secret.value.split(".")
        algorithm = unjson(header)["alg"]
        claims = unjson(payload)
        assert claims["exp"] > claims["iat"]
        assert len(unbase64(signature)) == lengths[algorithm]
        assert secret.cores == (f"{payload}.{signature}",)


def test_the_signature_of_a_web_token_is_the_hmac_of_header_and_payload() -> None:
    key = seeded("t", 5).randbytes(32)
    expected = hmac.digest(key, b"header.payload", "sha256")
    assert unbase64(fill("header.payload.«{jwt_sign:HS256}»", "t", 5).cores[0]) == expected


def bech32_is_valid(text: str) -> bool:
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    prefix, _, data = text.lower().rpartition("1")
    values = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + [alphabet.index(c) for c in data]
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, mask in enumerate([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3]):
            if top >> bit & 1:
                check ^= mask
    return check == 1


def test_age_keys_are_bech32_of_32_bytes() -> None:
    assert bech32_is_valid("A12UEL5L")  # BIP 173
    for value in values("age-key"):
        assert len(value) == 74
        assert value == value.upper()
        assert bech32_is_valid(value)


@pytest.mark.parametrize("name", ["wireguard-key", "wireguard-conf"])
def test_wireguard_keys_are_clamped(name: str) -> None:
    for secret in secrets(name):
        raw = base64.b64decode(secret.cores[0])
        assert len(raw) == 32
        assert raw[0] & 7 == 0
        assert raw[31] & 0xC0 == 0x40


def test_nkeys_end_in_their_crc16() -> None:
    def crc16(data: bytes) -> int:
        crc = 0
        for byte in data:
            for bit in range(8):
                crc = (crc << 1 ^ (0x1021 if (crc >> 15 ^ byte >> 7 - bit) & 1 else 0)) & 0xFFFF
        return crc

    assert crc16(b"123456789") == 0x31C3  # the check value of CRC-16/XMODEM
    for value in values("nats-user-seed"):
        raw = base64.b32decode(value + "=" * (-len(value) % 8))
        assert len(value) == 58
        assert len(raw) == 36
        assert int.from_bytes(raw[-2:], "little") == crc16(raw[:-2])


@pytest.mark.parametrize(
    ("name", "head", "length"), [("bitcoin-wif", b"\x80", 34), ("bip32-xprv", b"\x04\x88\xad\xe4", 78)]
)
def test_wallet_keys_are_base58check(name: str, head: bytes, length: int) -> None:
    for value in values(name):
        raw = number(value, BASE58).to_bytes(length + 4, "big")
        assert raw.startswith(head)
        assert hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def luhn_holds(text: str) -> bool:
    table = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
    return sum(table[int(d)] if i % 2 else int(d) for i, d in enumerate(reversed(text))) % 10 == 0


@pytest.mark.parametrize("name", [name for name in KINDS if name.startswith("card-")])
def test_cards_pass_luhn_and_keep_bin_and_last_four_public(name: str) -> None:
    for secret in secrets(name):
        number = re.sub(r"\D", "", secret.value)
        assert len(number) == (15 if name == "card-amex" else 16)
        assert luhn_holds(number)
        (core,) = secret.cores
        assert re.sub(r"\D", "", core) == number[6:-4]


@pytest.mark.parametrize("name", [name for name in KINDS if name.startswith("iban-")])
def test_ibans_have_their_country_s_length_and_leave_one_mod_97(name: str) -> None:
    lengths = {"DE": 22, "AT": 20, "CH": 21, "NL": 18, "GB": 22}
    for secret in secrets(name):
        iban = secret.value.replace(" ", "")
        assert len(iban) == lengths[iban[:2]]
        assert int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1
        assert secret.cores[0].replace(" ", "") == iban[4:-4]


def test_numbers_of_persons_carry_their_check_digits() -> None:
    assert all(luhn_holds(value) for value in values("sin-ca"))
    assert all(
        sum(int(d) * w for d, w in zip(v, [9, 8, 7, 6, 5, 4, 3, 2, -1], strict=True)) % 11 == 0
        for v in values("bsn-nl")
    )
    assert all("TRWAGMYFPDXBNJZSQVHLCKE"[int(value[:8]) % 23] == value[8] for value in values("dni-es"))
    assert all((int(value[:13]) + int(value[13:])) % 97 == 0 for value in values("nir-fr"))
    assert all(re.fullmatch(r"(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}", value) for value in values("ssn-us"))


def test_brazilian_numbers_pass_mod_11() -> None:
    for value in values("cpf-br"):
        number = [int(d) for d in value if d.isdigit()]
        for length in (9, 10):
            rest = sum(d * w for d, w in zip(number, range(length + 1, 1, -1), strict=False)) * 10 % 11 % 10
            assert number[length] == rest


def test_german_tax_numbers_repeat_one_digit_and_pass_mod_11_10() -> None:
    for value in values("steuer-id-de"):
        assert sorted(map(value[:10].count, set(value[:10]))) == [1] * 8 + [2]
        product = 10
        for digit in value[:10]:
            total = (int(digit) + product) % 10
            product = (total or 10) * 2 % 11
        assert (product + int(value[10])) % 10 == 1


def test_passports_carry_their_check_digits() -> None:
    def check(text: str) -> int:
        return sum((0 if c == "<" else int(c, 36)) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10

    for value in values("passport-mrz"):
        first, second = value.split("\n")
        assert len(first) == len(second) == 44
        for text, digit in ((second[:9], 9), (second[13:19], 19), (second[21:27], 27), (second[28:42], 42)):
            assert check(text) == int(second[digit])
        assert check(second[:10] + second[13:20] + second[21:43]) == int(second[43])


def test_basic_credentials_are_a_user_and_a_password() -> None:
    for name in ("basic-credentials", "basic-header", "docker-auth", "docker-config"):
        for secret in secrets(name):
            user, colon, password = base64.b64decode(secret.cores[0], validate=True).decode().partition(":")
            assert user.isalpha()
            assert colon
            assert len(password) >= 16


def test_files_parse() -> None:
    for name in ("gcp-service-account", "docker-config", "terraform-state", "jwk-ec"):
        assert all(json.loads(value) for value in values(name))
    for value in values("jwk-ec"):
        assert {len(unbase64(json.loads(value)[part])) for part in "xyd"} == {32}


def test_urls_keep_all_but_the_password_public() -> None:
    urls = [name for name in KINDS if name.endswith("-url") and "@" in KINDS[name].template]
    assert len(urls) >= 8
    for name in urls:
        for secret in secrets(name):
            (core,) = secret.cores
            assert f":{core}@" in secret.value
            assert not set(core) & set("@:/?#[] ")


def test_password_hashes_have_the_length_of_their_scheme() -> None:
    for value in values("bcrypt-hash"):
        assert re.fullmatch(r"\$2b\$12\$[./A-Za-z0-9]{53}", value)
    for value in values("shadow-hash"):
        assert re.fullmatch(r"\$6\$[./A-Za-z0-9]{16}\$[./A-Za-z0-9]{86}", value)
    for value in values("argon2-hash"):
        salt, digest = value.split("$")[-2:]
        assert (len(unbase64(salt)), len(unbase64(digest))) == (16, 32)
