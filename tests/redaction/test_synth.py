"""Kinds become secrets: the same ones for ever, valid, and never printed."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from pytest_letsbe import corpora
from pytest_letsbe.checks.redaction.kinds import parse_kind
from pytest_letsbe.checks.redaction.model import Kind
from pytest_letsbe.checks.redaction.synth import Filled, compile_template, fill, synthesise
from pytest_letsbe.data import data_dir

SEEDS = range(20)
FILES = [data_dir("corpora") / "redaction" / f"{name}.yaml" for name in ("secrets", "pii")]


def kinds(*files: Path) -> list[Kind]:
    return [parse_kind(row.data, row.location, row.corpus) for file in files for row in corpora.read(file, ["kinds"])]


KINDS = kinds(*FILES)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)


@every_kind
def test_a_kind_gives_the_same_secret_for_the_same_seed(kind: Kind) -> None:
    first = [synthesise(kind, seed) for seed in (0, 1, 7)]
    synthesise.cache_clear()
    assert [synthesise(kind, seed) for seed in (0, 1, 7)] == first


@every_kind
def test_a_kind_gives_another_secret_for_every_seed(kind: Kind) -> None:
    secrets = [synthesise(kind, seed) for seed in SEEDS]
    assert len({secret.value for secret in secrets}) == len(SEEDS)
    assert len({secret.cores for secret in secrets}) > len(SEEDS) // 2  # few numbers are reserved for fiction


@every_kind
def test_the_cores_are_what_stands_between_the_marks(kind: Kind) -> None:
    for seed in SEEDS:
        secret = synthesise(kind, seed)
        at = 0
        for core in secret.cores:
            at = secret.value.index(core, at) + len(core)
            assert len(core) >= 4
        assert not set("«»") & set(secret.value)


def test_secrets_of_a_kind_share_their_public_head() -> None:
    for kind in KINDS:
        head = compile_template(kind.template).pieces[0]
        if head.generator is None and head.text != "«":
            assert all(synthesise(kind, seed).value.startswith(head.text) for seed in SEEDS), kind.id


def test_no_template_holds_a_random_literal() -> None:
    for kind in KINDS:
        for run in re.findall(r"[A-Za-z0-9+/_-]{16,}", " ".join(compile_template(kind.template).literals())):
            assert not all(re.search(group, run) for group in (r"\d", "[a-z]", "[A-Z]")), kind.id


def test_every_secret_that_needs_its_key_has_a_telling_one() -> None:
    telling = "TOKEN|SECRET|PASSWORD|PASSPHRASE|KEY|AUTH|CREDENTIAL|SSN|BSN|CPF|TAX_ID|NATIONAL_ID|SOCIAL|PHONE"
    assert [kind.id for kind in KINDS if not kind.bare and not re.search(telling, kind.key)] == []


def test_every_kind_names_where_it_comes_from() -> None:
    assert [kind.id for kind in KINDS if not re.match(r"https://\w|\w{3}", kind.source)] == []


def test_the_corpora_cover_every_group_of_secret() -> None:
    ids = {kind.id for kind in KINDS}
    wanted = {
        "github-pat", "gitlab-pat-routable", "gitea-token", "npm-token", "pypi-token", "aws-key-id",
        "gcp-service-account",
        "azure-client-secret", "anthropic-key", "openai-project-key", "slack-webhook", "telegram-bot",
        "stripe-live-key",
        "vault-service-token", "grafana-service-account", "pem-pkcs8-rsa", "openssh-ed25519", "pgp-private-key",
        "age-key",
        "wireguard-key", "nats-user-seed", "totp-uri", "postgres-url-percent", "mongodb-srv-url", "redis-url",
        "amqp-url",
        "basic-header", "jwt-hs256", "session-token", "env-password-umlaut", "pass-phrase", "kubernetes-secret",
        "docker-config", "npmrc", "netrc", "terraform-state", "card-visa", "iban-de", "email", "phone-us", "ssn-us",
    }  # fmt: skip
    assert not wanted - ids
    assert len(KINDS) >= 56
    assert len(ids) == len(KINDS)


def test_all_kinds_with_four_seeds_take_less_than_a_second() -> None:
    synthesise.cache_clear()
    start = time.process_time()
    for kind in KINDS:
        for seed in range(4):
            synthesise(kind, seed)
    assert time.process_time() - start < 1.0


def test_secrets_and_what_they_are_made_of_print_nothing() -> None:
    for kind in KINDS:
        secret = synthesise(kind, 3)
        filled = fill(kind.template, kind.id, 3)
        for core in secret.cores:
            assert core not in repr(secret)
            assert core not in f"{secret} {filled} {filled!r}"
    assert repr(Filled("abc", ("abc",))) == "<filled:len=3>"


def test_the_first_secrets_stay_what_they_are() -> None:
    """Waivers and bug reports name seeds: a change of the generators must be meant."""
    by_id = {kind.id: synthesise(kind, 0) for kind in KINDS}
    shown = {
        name: f"{by_id[name].value[:6]}/{len(by_id[name].value)}" for name in ("github-pat", "aws-key-id", "card-visa")
    }
    assert shown == {"github-pat": "ghp_BK/40", "aws-key-id": "AKIARZ/20", "card-visa": "424242/16"}
