"""The redaction check against redactors that nobody here wrote; docs/real-redactors.md says what it finds in them."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_letsbe.checks.redaction import corpus
from pytest_letsbe.checks.redaction.client import Ask, Redactor
from pytest_letsbe.checks.redaction.invariants.registered import _values
from pytest_letsbe.checks.redaction.oracle import find_leak
from pytest_letsbe.checks.redaction.structure import same_structure
from pytest_letsbe.checks.redaction.synth import synthesise
from pytest_letsbe.targets.stdio import StdioTarget

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache-real"
NODE = CACHE / "npm" / "node_modules" / ".bin" / "node"
PYTHON = CACHE / "python" / "bin" / "python"
DEADLINE = 600.0
SLOW = "not linear-growth and not windows and not megabyte"


@dataclass(frozen=True)
class Real:
    """A redactor, what must be installed for it, and what the check must find in it."""

    name: str
    needs: Path
    corpora: tuple[str, ...]
    finds: tuple[str, ...]  # beginnings of the ids of cases that must fail
    spares: tuple[str, ...]  # ids of cases that must pass: the check doesn't fail everything
    but: str = ""  # -k, for redactors in Python that need minutes for texts of 100 kB and more


REAL = (
    Real(
        "openclaw",
        NODE,
        ("secrets", "pii"),
        (
            "no-leak[windows/long-text/plain]",
            "no-leak[github-pat/json-field/base64]",
            "no-leak[env-password/json-string/plain]",
            "no-leak[mysql-url/prose/plain]",  # 10 of 18 characters of a password stay
            "idempotent[github-pat]",
            "structure-preserved[log-json]",
            "structure-preserved[yaml-block]",
            "context-preserved[basic-credentials]",
            "benign-preserved[sk-words]",
            "registered-secrets[many]",
            "registered-secrets[passphrase/",
            "linear-growth[percent]",
        ),
        (
            "liveness[plain-text]",
            "no-leak[github-pat/json-field/plain]",
            "no-leak[github-pat/prose/plain]",
            "no-leak[openssh-ed25519/prose/plain]",
            "registered-secrets[every-occurrence]",
            "deterministic[other-order]",
        ),
    ),
    Real(
        "presidio",
        PYTHON,
        ("pii",),
        ("no-leak[", "benign-preserved[ci-run]", "context-preserved[", "structure-preserved[log-json]"),
        ("liveness[plain-text]", "no-leak[email/prose/plain]", "no-leak[card-visa/prose/plain]", "idempotent[email]"),
        but=f"{SLOW} and not malformed-input",
    ),
    Real(
        "detect-secrets",
        PYTHON,
        ("secrets", "pii"),
        (
            "no-leak[openssh-ed25519/prose/plain]",  # the header is replaced, the key stays
            "no-leak[email/prose/plain]",
            "benign-preserved[npm-lock]",
            "benign-preserved[cargo-lock]",
            "context-preserved[",
            "structure-preserved[json-string]",
        ),
        ("liveness[plain-text]", "no-leak[stripe-live-key/prose/plain]", "benign-preserved[git-log-oneline]"),
        but=SLOW,
    ),
)


def need(path: Path) -> None:
    if not path.exists():
        sentence = f"{path.relative_to(CACHE.parent)} is missing: run `bash tests/real/install`"
        pytest.fail(sentence) if os.environ.get("LETSBE_REAL") == "required" else pytest.skip(sentence)


@pytest.mark.parametrize("real", REAL, ids=lambda real: real.name)
def test_a_real_redactor_fails_where_it_leaks_and_passes_where_it_does_not(real: Real, tmp_path: Path) -> None:
    need(real.needs)
    report, junit = tmp_path / "report.json", tmp_path / "junit.xml"
    command = [sys.executable, "-m", "pytest", "--disable-plugin-autoload", "-p", "letsbe", "-p", "no:cacheprovider"]
    command += [str(HERE / real.name / "letsbe.yaml"), "--letsbe-report", str(report), "--junitxml", str(junit)]
    command += ["-c", os.devnull, "--rootdir", str(HERE), *(["-k", real.but] if real.but else [])]
    log = tmp_path / "output.txt"
    with log.open("w") as file:
        done = subprocess.run(command, cwd=tmp_path, stdout=file, stderr=file, timeout=DEADLINE, check=False)
    output = log.read_text()

    assert done.returncode == 1, output[-3000:]
    assert "INTERNALERROR" not in output
    cases = json.loads(report.read_text())["cases"]
    died = [case["id"] for case in cases if case["message"].startswith("target ")]
    assert not died, "the target never hangs nor ends"
    assert_known_verdicts(real, {f"{case['invariant']}[{case['case']}]": case["outcome"] for case in cases})
    assert_no_secret_in([output, report.read_text(), junit.read_text()], real, cases)


def assert_known_verdicts(real: Real, outcomes: dict[str, str]) -> None:
    failed = {name for name, outcome in outcomes.items() if outcome == "failed"}
    unfound = [start for start in real.finds if not any(name.startswith(start) for name in failed)]
    assert not unfound, "known defects that no case found"
    accused = [name for name in real.spares if outcomes.get(name) != "passed"]
    assert not accused, "cases that this redactor gets right"
    passed = sum(outcome == "passed" for outcome in outcomes.values())
    assert passed > (passed + len(failed)) / 10


def assert_no_secret_in(texts: list[str], real: Real, cases: list[dict]) -> None:
    written = set().union(*map(windows, texts))
    shown = [(of, piece) for of, piece in pieces(real.corpora, cases) if piece in written and len(set(piece)) > 4]
    assert not shown, "pieces of secrets that stand in what the run wrote"


NAME = re.compile(r"[a-z0-9.-]+(?:/[a-z0-9.-]+)+(?:#\d+)?")


def windows(text: str) -> set[str]:
    """All runs of twelve characters in the text's words; names of cases left out, they are most of it."""
    words = dict.fromkeys(NAME.sub(" ", text).split())
    return {word[at : at + 12] for word in words for at in range(len(word) - 11)}


def pieces(corpora: tuple[str, ...], cases: list[dict]) -> Iterator[tuple[str, str]]:
    """Pieces of every secret that the run may have used, plain and in base64, each with the secret's name."""
    drawn = {int(name.partition("#")[2].partition("+")[0].partition("@")[0]) for name in failed_samples(cases)}
    for kind in corpus.named(corpora).kinds:
        for seed in sorted({*range(24), 100, 101, *drawn}):
            for core in synthesise(kind, seed).cores:
                yield from ((f"{kind.id}#{seed}", piece) for piece in spellings(core))
    for seed in (0, 1):
        for name, value in _values(seed).items():
            yield from ((f"registered {name}#{seed}", piece) for piece in spellings(value))


def failed_samples(cases: list[dict]) -> Iterator[str]:
    for case in cases:
        for name in case["failed_samples"]:
            if name.partition("#")[2].partition("+")[0].partition("@")[0].isdecimal():
                yield name


def spellings(core: str) -> Iterator[str]:
    """Runs of twelve characters that nothing but the secret holds."""
    for run in core.split():
        if len(run) >= 12:
            middle = len(run) // 2 - 6
            yield from {run[:12], run[middle : middle + 12], run[-12:]}
    for shift in range(3):  # four characters at the ends of base64 depend on the neighbours
        inner = base64.b64encode(b" " * shift + core.encode())[4:-4].decode()
        if len(inner) >= 12:
            yield inner[:12]


# -- OpenClaw's defects by hand: each small input, and what of the suite catches it


@pytest.fixture(scope="module")
def openclaw() -> Iterator[Redactor]:
    need(NODE)
    target = StdioTarget([str(NODE), str(HERE / "openclaw_redactor.mjs")], role="redactor", timeout=30)
    yield Redactor(target)
    target.close()


def token(kind: str, seed: int = 7):
    return synthesise(next(k for k in corpus.named(("secrets",)).kinds if k.id == kind), seed)


def test_a_token_across_the_border_of_two_pieces_of_16384_characters_leaks(openclaw: Redactor) -> None:
    secret, filler = token("github-pat"), "the agent writes a line\n" * 1700

    def text(start: int) -> str:
        return f"{filler[: start - 1]} {secret.value} {filler[start + len(secret.value) + 1 :]}"

    assert find_leak(openclaw.redact(text(8_000)), secret, given=text(8_000)) is None
    leaking = [
        at for at in range(1, 40) if find_leak(openclaw.redact(text(16_384 - at)), secret, given=text(16_384 - at))
    ]
    assert len(leaking) >= 30


@pytest.mark.parametrize(
    "document",
    [
        {"url": "https://api.example.test/v1?token=VALUE", "env": "staging", "headers": {}, "body": "x"},
        {"headers": {"Authorization": "Basic VALUE"}, "n": 1},
    ],
    ids=["query-at-the-end", "basic"],
)
def test_a_json_document_comes_back_broken(openclaw: Redactor, document: dict) -> None:
    value = base64.b64encode(token("env-password").value.encode()).decode()
    text = json.dumps(document, separators=(",", ":")).replace("VALUE", value)
    broken = same_structure(text, openclaw.redact(text), "application/json", lambda leaf: value in leaf)
    assert broken is not None


def test_a_password_in_json_inside_json_stays(openclaw: Redactor) -> None:
    secret = token("env-password-umlaut")
    text = json.dumps({"body": json.dumps({"password": secret.value})})
    leak = find_leak(openclaw.redact(text), secret, given=text)
    assert leak is not None
    assert leak.share == 1


def test_a_second_pass_changes_what_the_first_left(openclaw: Redactor) -> None:
    once = openclaw.redact(f"export GITHUB_TOKEN={token('github-pat').value}\n")
    assert openclaw.redact(once) != once


def test_a_quoted_percent_sign_costs_the_square_of_the_text(openclaw: Redactor) -> None:
    def seconds(size: int) -> float:
        before = openclaw.target.cpu_seconds()
        openclaw.ask([Ask("%25" * (size // 3))], fresh=True)
        return openclaw.target.cpu_seconds() - before

    assert seconds(48_000) > 5 * seconds(16_000)
