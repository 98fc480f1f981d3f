"""Values are recognisable: by the shapes that vendors and public scanners (gitleaks, CredSweeper) describe."""

from __future__ import annotations

import re

import pytest

from pytest_letsbe import corpora
from pytest_letsbe.checks.redaction.kinds import parse_kind
from pytest_letsbe.checks.redaction.synth import synthesise
from pytest_letsbe.data import data_dir

FILE = data_dir("corpora") / "redaction" / "secrets.yaml"
KINDS = {row.id: parse_kind(row.data, row.location, row.corpus) for row in corpora.read(FILE, ["kinds"])}
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
SHAPES = {
    "github-pat": r"ghp_[0-9a-zA-Z]{36}",
    "github-fine-grained-pat": r"github_pat_\w{82}",
    "gitlab-pat": r"glpat-[\w-]{20}",
    "gitlab-pat-routable": r"glpat-[0-9a-zA-Z_-]{27,300}\.[0-9a-z]{2}[0-9a-z]{7}",
    "gitlab-trigger": r"glptt-[0-9a-f]{40}",
    "bitbucket-app-password": r"ATBB[0-9A-Za-z]{24}[A-F0-9]{8}",
    "bitbucket-dc-token": r"BBDC-[MNO][ADQTgjwz][AEIMQUYcgk][012345wxyz][0-9A-Za-z_-]{40}",
    "atlassian-api-token": r"ATATT3[A-Za-z0-9_\-=]{186}",
    "npm-token": r"npm_[a-zA-Z0-9]{36}",
    "pypi-token": "pypi-" + "AgEIcHlwaS5v" + r"cmc[\w-]{50,1000}",
    "jfrog-key": r"AKCp[A-Za-z0-9]{69}",
    "docker-hub-pat": r"dckr_pat_[\w-]{27}",
    "docker-swarm-join": r"SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}",
    "aws-key-id": r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",
    "aws-secret-key": r"[A-Za-z0-9/+]{40}",
    "google-api-key": r"AIza[\w-]{35}",
    "azure-storage-key": r"[A-Za-z0-9+/]{86}==",
    "azure-client-secret": r"[a-zA-Z0-9_~.]{3}\dQ~[a-zA-Z0-9_~.-]{31,34}",
    "digitalocean-pat": r"dop_v1_[a-f0-9]{64}",
    "cloudflare-origin-ca": r"v1\.0-[a-f0-9]{24}-[a-f0-9]{146}",
    "fly-token": r"fo1_[\w-]{43}",
    "heroku-key": r"HRKU-AA[0-9a-zA-Z_-]{58}",
    "alibaba-key-id": r"LTAI[A-Za-z0-9]{20}",
    "planetscale-token": r"pscale_tkn_[\w=.-]{32,64}",
    "databricks-token": r"dapi[a-f0-9]{32}",
    "anthropic-key": r"sk-ant-api03-[a-zA-Z0-9_\-]{93}AA",
    "openai-project-key": r"sk-proj-[A-Za-z0-9_-]{74}T3BlbkFJ[A-Za-z0-9_-]{74}",
    "openai-legacy-key": r"sk-[a-zA-Z0-9]{20}T3BlbkFJ[a-zA-Z0-9]{20}",
    "huggingface-token": r"hf_[a-zA-Z]{34}",
    "perplexity-key": r"pplx-[a-zA-Z0-9]{48}",
    "slack-bot": r"xoxb-[0-9]{10,13}-[0-9]{10,13}[a-zA-Z0-9-]*",
    "slack-user": r"xox[pe](?:-[0-9]{10,13}){3}-[a-zA-Z0-9-]{28,34}",
    "slack-app": r"xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]+",
    "slack-webhook": r"https://hooks\.slack\.com/services/[A-Za-z0-9+/]{43,56}",
    "discord-bot": r"[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38}",
    "telegram-bot": r"[0-9]{5,16}:A[\w-]{34}",
    "teams-webhook": rf"https://[a-z0-9]+\.webhook\.office\.com/webhookb2/{UUID}@{UUID}/IncomingWebhook/[a-z0-9]{{32}}/{UUID}",
    "sendgrid-key": r"SG\.[\w-]{22}\.[\w-]{43}",
    "twilio-key": r"SK[0-9a-fA-F]{32}",
    "stripe-restricted-key": r"(?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{10,99}",
    "square-token": r"EAAA[\w-]{60}",
    "shopify-token": r"shpat_[a-fA-F0-9]{32}",
    "vault-service-token": r"hvs\.[\w-]{90,120}",
    "vault-batch-token": r"hvb\.[\w-]{138,300}",
    "terraform-cloud-token": r"[a-zA-Z0-9]{14}\.atlasv1\.[a-zA-Z0-9\-_=]{60,70}",
    "grafana-service-account": r"glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}",
    "grafana-cloud": r"glc_eyJ[0-9A-Za-z_-]{80,360}",
    "doppler-token": r"dp\.pt\.[a-zA-Z0-9]{43}",
    "sentry-org-token": "sntrys_" + "eyJpYXQiO" + r"[a-zA-Z0-9+/]{10,400}={0,2}_[a-zA-Z0-9+/]{43}",
    "dynatrace-token": r"dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}",
    "notion-token": r"ntn_[0-9]{11}[A-Za-z0-9]{35}",
    "postman-key": r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}",
    "onepassword-service-account": r"ops_eyJ[a-zA-Z0-9+/]{250,}={0,3}",
    "age-key": r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
    "nats-user-seed": r"S[ACNOPUX][A-Z2-7]{40,200}",
    "jwt-hs256": r"ey[a-zA-Z0-9]{17,}\.ey[a-zA-Z0-9/_-]{17,}\.[a-zA-Z0-9/_-]{10,}",
    "totp-uri": r"otpauth://totp/[^?]+\?secret=[A-Z2-7]{32}&.*",
    "bcrypt-hash": r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}",
}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_seed_has_the_published_shape(name: str) -> None:
    wrong = [seed for seed in range(20) if not re.fullmatch(SHAPES[name], synthesise(KINDS[name], seed).value)]
    assert not wrong


def test_a_bare_token_stands_between_word_borders() -> None:
    """Vendors' rules end in a border: a token that ends in a dash would measure the fake."""
    for name in (name for name, kind in KINDS.items() if kind.bare):
        for seed in range(20):
            value = synthesise(KINDS[name], seed).value
            assert value[0].isalnum() or value[0] in "-{[/", name
            assert value[-1].isalnum() or value[-1] in "-}=+/\"'", name


def test_a_kind_that_needs_its_key_has_no_line_break() -> None:
    assert [name for name, kind in KINDS.items() if not kind.bare and "\n" in synthesise(kind, 0).value] == []
