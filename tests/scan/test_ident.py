"""Identifier-aware matching: the thirty ways to write n8n, and the places where those letters mean nothing."""

from __future__ import annotations

import base64

import pytest

from pytest_letsbe.scan.engine import Engine

from .conftest import rules_found

WORD = "n8" + "n"
FORMS = {
    "prose": f"We moved off {WORD} in May.",
    "sentence start": f"{WORD.upper()} was the old engine.",
    "image with registry": f"docker.{WORD}.io/{WORD}io/{WORD}:1.2",
    "compose service": f"  {WORD}:",
    "env upper": f"{WORD.upper()}_HOST=flows",
    "env inside": f"DB_{WORD.upper()}_URL=x",
    "snake": f"{WORD}_data",
    "snake inside": f"start_{WORD}_x()",
    "camel": f"{WORD}Client.run()",
    "pascal": "N8nService",
    "pascal inside": "class MyN8nService:",
    "camel lower before": "myN8nHelper",
    "plural": f"all our {WORD}s",
    "version digit": f"{WORD}2",
    "version v": f"{WORD}v2",
    "kebab": f"{WORD}-workflow",
    "npm range": f'"{WORD}-workflow": "^1"',
    "scoped": f'"@{WORD}/client": "1"',
    "url host": f"https://{WORD}.example.com/webhook",
    "url path": f"https://example.com/{WORD}/webhook",
    "url encoded": f"next=%2F{WORD}%2Fhook",
    "windows path": f"C:\\srv\\{WORD}\\data",
    "escaped newline": f"'first\\n{WORD}\\n'",
    "comment": f"# {WORD}: legacy",
    "quoted": f"'{WORD}'",
    "upper all": f"{WORD.upper()}",
    "zero width": "n\u200b8\u200bn",
    "soft hyphen": "n\u00ad8n",
    "full width": "\uff4e\uff18\uff4e",
    "base64": base64.b64encode(f"image: {WORD}:latest, ports".encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_n8n_is_found_in_every_form_that_people_write(engine: Engine, form: str) -> None:
    assert any(rule.startswith(WORD) for rule in rules_found(engine, FORMS[form] + "\n"))


NOISE = base64.b64encode(bytes(range(7, 160))).decode()
QUIET = {
    "inside a word": ("src/a.c", f"win8native on{WORD}orth k{WORD}y"),
    "certificate": ("a.pem", NOISE[:64] + f"\n{NOISE[:30]}+{WORD}/{NOISE[30:64]}\n"),
    "integrity": ("pnpm-lock.yaml", f"integrity: sha512-{NOISE[:40]}/{WORD}+{NOISE[40:80]}=="),
    "short integrity": ("package-lock.json", f'"integrity": "sha1-ab/{WORD}+cdefghijklmnopqr="'),
    "data uri": ("a.css", f"url(data:font/woff;base64,{NOISE[:20]}/{WORD}+{NOISE[:10]})"),
    "digest": ("a.txt", f"sha256:{WORD}0"),
    "source map": ("dist/app.js.map", f'{{"sources": ["{WORD}"]}}'),
    "minified by name": ("dist/app.min.js", f"var {WORD}=1"),
    "minified by shape": ("dist/app.js", f"var {WORD}=1;" + "a=b;" * 3000),
}


@pytest.mark.parametrize("place", QUIET)
def test_n8n_is_not_found_where_the_letters_mean_nothing(engine: Engine, place: str) -> None:
    path, text = QUIET[place]
    assert {rule for rule in rules_found(engine, text, path) if rule.startswith(WORD)} == set()


@pytest.mark.parametrize("path", ["pnpm-lock.yaml", "package-lock.json", "yarn.lock"])
def test_a_lock_file_is_parsed_so_a_package_is_found_between_hashes(engine: Engine, path: str) -> None:
    text = {
        "pnpm-lock.yaml": f"packages:\n  {WORD}-core@1.1.0:\n    resolution: {{integrity: sha512-{NOISE[:86]}==}}\n",
        "package-lock.json": f'{{"packages": {{"node_modules/{WORD}-core": {{"integrity": "sha512-{NOISE[:86]}=="}}}}}}',
        "yarn.lock": f'{WORD}-core@^1.1.0:\n  version "1.1.0"\n  integrity sha512-{NOISE[:86]}==\n',
    }[path]
    assert f"{WORD}-package" in rules_found(engine, text, path)


def test_a_long_path_is_no_noise(engine: Engine) -> None:
    path = "docs/architecture/automation/" + WORD + "/workflows/templates/definitions/onboarding/flows"
    assert rules_found(engine, f"see {path}\n")
