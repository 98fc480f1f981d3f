"""Small statements about a scanner, each a function that says whether it holds: what the faults are caught by."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

from pytest_letsbe.checks.redaction.synth import fill
from pytest_letsbe.scan import repo as scanner
from pytest_letsbe.scan import rows
from pytest_letsbe.scan.engine import Engine
from pytest_letsbe.scan.repo import Result, Wanted

from .conftest import Repo

WORD = "n8" + "n"
ALLOW = "letsbe: " + "allow"
Probe = Callable[[Repo], bool]


def token(seed: int = 0) -> str:
    return fill("ghp_«{base62:30}{crc32b62}»", "probe", seed).value


def made(template: str) -> str:
    return fill(template, "probe", 0).value


def run(repo: Repo) -> Result:
    checks = [Wanted("references"), Wanted("secrets")]
    return scanner.run(checks, repo.path, today=date(2026, 11, 23))


def found(text: str | bytes, path: str = "src/settings") -> set[str]:
    engine = Engine([*rows.shipped("references"), *rows.shipped("secrets")])
    judged = engine.judge(path, text.encode() if isinstance(text, str) else text)
    return {finding.rule for finding in judged.findings} if judged else set()


def _word(text: str | bytes, path: str = "src/settings") -> bool:
    return any(rule.startswith(WORD) for rule in found(text, path))


def _after_change(repo: Repo) -> bool:
    repo.write("a.yaml", "fine\n")
    repo.commit()
    run(repo)
    repo.write("a.yaml", f"image: {WORD}io/{WORD}\n")
    repo.commit()
    return bool(run(repo).outcome.open)


def _names(repo: Repo) -> bool:
    repo.write(f"flows/{WORD}-export.json", "{}\n")
    return any(finding.path.startswith("flows/") for finding in run(repo).outcome.open)


def _new_name(repo: Repo) -> bool:
    repo.write("a.min.js", f"var {WORD}\n")
    repo.commit()
    run(repo)
    repo.git("mv", "a.min.js", "a.js")
    repo.commit()
    return bool(run(repo).outcome.open)


def _again(repo: Repo) -> bool:
    repo.write("a.txt", f"{WORD}\n")
    repo.commit()
    return bool(run(repo).outcome.open) and bool(run(repo).outcome.open)


def _new_rules(repo: Repo) -> bool:
    repo.write("a.txt", f"{WORD}\n")
    repo.commit()
    scanner.run([Wanted("secrets")], repo.path)
    return bool(run(repo).outcome.open)


def _outside(repo: Repo) -> bool:
    outside = repo.path.parent / f"{repo.path.name}-outside.txt"
    outside.write_text(f"{WORD}\n")
    (repo.path / "link").symlink_to(outside)
    return not run(repo).outcome.open


def _untracked(repo: Repo) -> bool:
    repo.write("a.txt", "fine\n")
    repo.commit()
    repo.write("b.txt", f"{WORD}\n")
    return bool(run(repo).outcome.open)


def _allow(repo: Repo, until: str, text: str) -> Result:
    repo.write("a.txt", text.replace("ALLOW", f"# {ALLOW} {WORD}-word until {until} reason issue 12"))
    return run(repo)


def _masks(repo: Repo) -> bool:
    repo.write("a.env", f"GH={token()}\n")
    shown = repr(run(repo).outcome.open)
    return "github-pat" in shown and not any(token()[i : i + 5] in shown for i in range(len(token()) - 4))


def _columns(repo: Repo) -> bool:
    repo.write("a.env", f"x\nü={token()}\n")
    return [(f.line, f.column, f.end_column) for f in run(repo).outcome.open] == [(2, 3, 43)]


def _keyed(repo: Repo) -> bool:
    repo.write("a.env", f"GH={token()}\n")
    prints = set()
    for key in ("one", "two"):
        os.environ["LETSBE_FINGERPRINT_KEY"] = key
        prints |= {finding.fingerprint for finding in run(repo).outcome.open}
    del os.environ["LETSBE_FINGERPRINT_KEY"]
    return len(prints) == 2


PEM = "{pem_begin:RSA PRIVATE KEY}\n{rsa_pkcs1}\n{pem_end:RSA PRIVATE KEY}\n"
NOISE = base64.b64encode(bytes(range(7, 160))).decode()

PROBES: dict[str, Probe] = {
    "finds-vendor-token": lambda repo: "github-pat" in found(f"t = {token()}"),
    "finds-assigned-password": lambda repo: bool(found(made("const dbPassword = '{password_url:18}'"), "a.ts")),
    "finds-long-token": lambda repo: "gitlab-agent" in found(made("t=glagent-{b64url:900}")),
    "quiet-on-wrong-checksum": lambda repo: (
        not found("t = ghp_" + token()[4:-1] + ("a" if token()[-1] != "a" else "b"))
    ),
    "quiet-on-placeholder": lambda repo: (
        not found("DB_PASSWORD=change-me-now-1\nAPI_TOKEN=${API_TOKEN_FROM_VAULT_1}\n", ".env")
    ),
    "quiet-inside-words": lambda repo: not _word("win8native and o" + WORD + "x"),
    "finds-env-name": lambda repo: "n8" + "n-word" in found(f"start_{WORD}_data = 1"),
    "quiet-in-integrity": lambda repo: not _word(f"integrity sha512-{NOISE[:40]}/{WORD}+{NOISE[40:80]}==", "yarn.lock"),
    "quiet-in-minified": lambda repo: not _word(f"var {WORD}=1", "dist/app.min.js"),
    "finds-zero-width": lambda repo: _word("n\u200b8\u200bn"),
    "finds-base64": lambda repo: _word(base64.b64encode(f"run {WORD} as flow engine".encode())),
    "finds-locked-package": lambda repo: (
        "npm-sabotaged" in found('{"packages": {"node_modules/node-ipc": {}}}', "package-lock.json")
    ),
    "finds-in-utf-16": lambda repo: _word(f"image: {WORD}\n".encode("utf-16")),
    "finds-in-names": _names,
    "finds-pem": lambda repo: "pem-rsa" in found(made(PEM)),
    "quiet-on-no-jwt": lambda repo: not found(made("eyJ{alnum:20}.eyJ{alnum:20}.{b64url:40}")),
    "quiet-outside-root": _outside,
    "finds-untracked": _untracked,
    "finds-after-change": _after_change,
    "finds-under-new-name": _new_name,
    "finds-again": _again,
    "finds-with-new-rules": _new_rules,
    "finds-under-expired-allow": lambda repo: bool(_allow(repo, "2026-11-22", f"{WORD} ALLOW\n").outcome.open),
    "finds-beside-allow": lambda repo: len(_allow(repo, "2027-01-31", f"{WORD} {token()} ALLOW\n").outcome.open) == 1,
    "finds-below-allow": lambda repo: len(_allow(repo, "2027-01-31", f"{WORD} ALLOW\n\n{WORD}\n").outcome.open) == 1,
    "tells-unmatched-allow": lambda repo: bool(_allow(repo, "2027-01-31", "fine ALLOW\n").outcome.problems),
    "masks-values": _masks,
    "columns-count-characters": _columns,
    "fingerprints-are-keyed": _keyed,
}


def holds(name: str, folder: Path) -> bool:
    folder.mkdir(parents=True)
    return PROBES[name](Repo(folder))
