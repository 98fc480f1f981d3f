"""Private keys parse with the tools that own the formats: openssl always, ssh-keygen and gpg if installed."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest

from pytest_letsbe import corpora
from pytest_letsbe.checks.redaction.kinds import parse_kind
from pytest_letsbe.checks.redaction.synth import fill, seeded, synthesise
from pytest_letsbe.checks.redaction.synth.ed25519 import EdKey
from pytest_letsbe.data import data_dir

FILE = data_dir("corpora") / "redaction" / "secrets.yaml"
ROWS = corpora.read(FILE, ["kinds"])
KINDS = {
    row.id: parse_kind(row.data, row.location, row.corpus) for row in ROWS if "pem_begin" in str(row.data["template"])
}
OPENSSL = {
    "pem-rsa": ["rsa", "-check", "-noout"],
    "pem-pkcs8-rsa": ["pkey", "-check", "-noout"],
    "pem-ec": ["ec", "-check", "-noout"],
    "pem-pkcs8-ec": ["pkey", "-check", "-noout"],
    "pem-one-line": ["pkey", "-check", "-noout"],
    "gcp-service-account": ["pkey", "-check", "-noout"],
}


def run(argv: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, input=text, capture_output=True, text=True, check=False, timeout=60)


def pem_of(value: str) -> str:
    """The PEM itself: out of a JSON file or a one-line variable, its line breaks unescaped."""
    start, end = value.index("-----BEGIN"), value.rindex("-----") + 5
    return value[start:end].replace("\\n", "\n") + "\n"


@pytest.mark.parametrize("name", sorted(OPENSSL))
def test_openssl_finds_nothing_wrong_with_the_key(name: str) -> None:
    for seed in range(3):
        result = run(["openssl", *OPENSSL[name]], pem_of(synthesise(KINDS[name], seed).value))
        assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_line_of_a_key_s_body_is_a_core_or_inside_one(name: str) -> None:
    secret = synthesise(KINDS[name], 0)
    lines = pem_of(secret.value).splitlines()[1:-1]
    assert len([line for line in lines if line]) >= 3
    assert all(any(line in core for core in secret.cores) for line in lines)
    assert not any("-----" in core for core in secret.cores)


def test_the_public_keys_and_certificates_of_benign_texts_parse(tmp_path: Path) -> None:
    for generator in ("ec_public", "rsa_public"):
        text = fill(f"{{pem_begin:PUBLIC KEY}}\n{{{generator}}}\n{{pem_end:PUBLIC KEY}}\n", "test", 0).value
        assert run(["openssl", "pkey", "-pubin", "-noout", "-text_pub"], text).returncode == 0
    file = tmp_path / "certificate.pem"
    file.write_text(fill("{pem_begin:CERTIFICATE}\n{certificate}\n{pem_end:CERTIFICATE}\n", "test", 0).value)
    result = run(["openssl", "verify", "-check_ss_sig", "-CAfile", str(file), str(file)])
    assert result.returncode == 0, result.stderr


@pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen isn't installed; the next test reads the key"
)
def test_ssh_keygen_reads_the_openssh_key(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(synthesise(KINDS["openssh-ed25519"], 0).value + "\n")
    file.chmod(0o600)
    result = run(["ssh-keygen", "-y", "-P", "", "-f", str(file)])
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("ssh-ed25519 AAAA")


def test_the_openssh_key_holds_its_public_key_twice_and_its_check_number_twice() -> None:
    for seed in range(5):
        raw = base64.b64decode("".join(synthesise(KINDS["openssh-ed25519"], seed).value.splitlines()[1:-1]))
        assert raw.startswith(b"openssh-key-v1\0")
        public = raw[raw.index(b"ssh-ed25519") + 15 :][:32]
        assert raw.count(public) == 3  # the public part, the private part, and the tail of the private key
        private = raw.rindex(b"ssh-ed25519") - 4
        assert raw[private - 8 : private - 4] == raw[private - 4 : private]


def test_ed25519_agrees_with_the_rfc() -> None:
    """RFC 8032, 7.1, test 1: the empty message."""

    class Fixed:
        @staticmethod
        def randbytes(_: int) -> bytes:
            return bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc4" + "4449c5697b326919703bac031cae7f60")

    key = EdKey.make(Fixed)  # type: ignore[arg-type]
    assert key.public.hex().startswith("d75a980182b10ab7")
    assert key.sign(b"").hex().startswith("e5564300c360ac72")
    assert EdKey.make(seeded("a", 0)).public != EdKey.make(seeded("a", 1)).public


@pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg isn't installed; the next test checks the armour")
def test_gpg_imports_the_private_key_and_its_signature_verifies(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    home = ["gpg", "--homedir", str(tmp_path), "--batch", "--no-autostart"]
    packets = run([*home, "--list-packets"], synthesise(KINDS["pgp-private-key"], 0).value + "\n")
    assert packets.returncode == 0, packets.stderr
    assert [
        word for word in (":secret key packet:", ":user ID packet:", ":signature packet:") if word in packets.stdout
    ] == [
        ":secret key packet:",
        ":user ID packet:",
        ":signature packet:",
    ]


def test_the_armour_of_the_pgp_key_ends_in_its_crc24() -> None:
    def crc24(data: bytes) -> int:
        crc = 0xB704CE
        for byte in data:
            for bit in range(8):
                crc = (crc << 1 ^ (0x864CFB if (crc >> 23 ^ byte >> 7 - bit) & 1 else 0)) & 0xFFFFFF
        return crc

    assert crc24(b"123456789") == 0x21CF02  # the check value of CRC-24/OPENPGP
    for seed in range(5):
        lines = synthesise(KINDS["pgp-private-key"], seed).value.splitlines()
        assert lines[1] == ""
        body, checksum = base64.b64decode("".join(lines[2:-2])), lines[-2]
        assert checksum == "=" + base64.b64encode(crc24(body).to_bytes(3, "big")).decode()
