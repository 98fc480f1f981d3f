"""What `letsbe merge` writes besides Markdown: a page, SARIF, an in-toto statement and its envelope."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from pytest_letsbe.cli import main
from pytest_letsbe.merge import Report, merge
from pytest_letsbe.merge.page import MOST_BYTES, to_html
from pytest_letsbe.merge.sarif import to_sarif
from pytest_letsbe.merge.statement import pae, to_statement

TODAY = date(2026, 11, 25)
COMMIT = "c0ffee" * 6 + "c0ff"


def case(name: str, outcome: str = "passed", **more: object) -> dict[str, object]:
    return {"id": f"letsbe.yaml::redaction::no-leak[{name}]", "check": "redaction", "outcome": outcome, **more}


def report(*cases: dict[str, object], status: str = "passed", **more: object) -> dict[str, object]:
    checks = {"redaction": {"status": status, "required": True}}
    return {
        "schema": "letsbe-report/1", "package": "hub", "commit": COMMIT, "complete": True, "checks": checks,
        "cases": list(cases), **more,
    }  # fmt: skip


def merged(*reports: dict[str, object]):
    return merge([msgspec.convert(one, Report) for one in reports])


LEAK = case(
    "pat", "failed", message="a <b> token survived", where="corpora/a b.yaml:14:3", evidence=["sent <i>", "got"]
)
BAD = report(LEAK, case("ok"), status="failed")


class Page(HTMLParser):
    """Collects tags, ids and links, and refuses what isn't closed."""

    VOID = frozenset({"meta", "br", "link", "img", "hr", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_its_links_lead_somewhere():
    page = Page(to_html(merged(BAD), today=TODAY))
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    links = {attrs["href"] for tag, attrs in page.tags if tag == "a"}
    assert links == {"#package-hub", "#waivers", "#timings"}
    assert {f"#{name}" for name in ids} >= links


def test_the_page_asks_nothing_of_the_network_and_runs_nothing():
    text = to_html(merged(BAD), today=TODAY)
    tags = {tag for tag, _ in Page(text).tags}
    assert not tags & {"script", "link", "img", "iframe", "object"}
    assert "http" not in text
    assert "url(" not in text


def test_what_a_report_says_is_text_and_never_markup():
    text = to_html(
        merged(report(case("<x>", "failed", message="<script>alert(1)</script>"), status="failed")), today=TODAY
    )
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_finding_shows_its_place_and_evidence():
    text = to_html(merged(BAD), today=TODAY)
    assert "corpora/a b.yaml:14:3" in text
    assert "sent &lt;i&gt;\ngot" in text


@pytest.mark.parametrize(
    ("until", "note"), [("2026-11-24", "expired"), ("2026-12-20", "25 days left"), ("2027-06-01", "")]
)
def test_a_waiver_about_to_end_is_told(until, note):
    waivers = [{"id": "redaction", "until": until, "reason": "issue 12"}]
    text = to_html(merged(report(case("ok"), waivers=waivers)), today=TODAY)
    shown = re.search(rf">{until} ?([^<]*)</td>", text)
    assert shown is not None
    assert shown[1] == note


def test_a_page_over_huge_reports_stays_small():
    cases = [case(f"c{n}", "failed", message="m" * 900, evidence=["e" * 900] * 12) for n in range(5_000)]
    assert len(to_html(merged(report(*cases, status="failed")), today=TODAY).encode()) < MOST_BYTES


def test_every_place_that_scrolls_can_be_reached_by_keyboard():
    page = Page(to_html(merged(BAD), today=TODAY))
    assert all(
        attrs.get("tabindex") == "0"
        for tag, attrs in page.tags
        if tag == "pre" or "scroll" in (attrs.get("class") or "")
    )


def test_the_kill_matrix_of_selfcheck_stands_on_the_page(tmp_path, capsys):
    subject = {"name": "Drops", "statement": "It drops.", "expected": "no-leak", "failed": {"no-leak": "x"}}
    selfcheck = {"checks": {"redaction": {"survivors": [], "false_alarms": ["Nice"], "subjects": [subject]}}}
    subject["not_evaluated"] = []
    (tmp_path / "s.json").write_text(json.dumps(selfcheck))
    (tmp_path / "r.json").write_text(json.dumps(report(case("ok"))))
    arguments = [str(tmp_path / "r.json"), "--html", str(tmp_path / "p.html"), "--selfcheck", str(tmp_path / "s.json")]
    assert main(["merge", *arguments]) == 0
    text = (tmp_path / "p.html").read_text()
    assert "Drops  K  It drops." in text
    assert "Nice" in text
    Page(text)


def test_sarif_holds_a_result_for_each_failure_and_each_unproven_check():
    missing = report(status="missing") | {"package": "mobile"}
    sarif = json.loads(to_sarif(merged(BAD, missing)))
    schema = json.loads((Path(__file__).parent / "scan" / "sarif-2.1.0-subset.json").read_text())
    jsonschema.validate(sarif, schema)
    results = [result for run in sarif["runs"] for result in run["results"]]
    assert [result["ruleId"] for result in results] == ["redaction::no-leak", "redaction"]
    place = results[0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "corpora/a%20b.yaml"}, "region": {"startLine": 14, "startColumn": 3}}
    assert results[0]["message"]["text"].startswith("a <b> token survived")


def test_a_statement_names_commits_verdicts_and_evidence():
    statement = json.loads(to_statement(merged(BAD)))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"] == [{"name": "hub", "digest": {"gitCommit": COMMIT}}]
    predicate = statement["predicate"]
    assert predicate["verdict"] == "FAILED"
    assert predicate["packages"]["hub"]["checks"]["redaction"]["status"] == "FAILED"
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", predicate["evidence"][0])


def test_a_verdict_on_no_commit_is_refused(tmp_path, capsys):
    (tmp_path / "r.json").write_text(json.dumps(report(case("ok")) | {"commit": None}))
    assert main(["merge", str(tmp_path / "r.json"), "--statement", str(tmp_path / "s.json")]) == 2
    assert "names no commit" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
def test_a_signed_statement_verifies_with_the_public_key_only_as_written(tmp_path, kind):
    key = ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "k.pem").write_bytes(pem)
    (tmp_path / "r.json").write_text(json.dumps(report(case("ok"))))
    arguments = ["--statement", str(tmp_path / "s.json"), "--sign", str(tmp_path / "k.pem")]
    assert main(["merge", str(tmp_path / "r.json"), *arguments]) == 0
    envelope = json.loads((tmp_path / "s.json").read_text())
    payload, signature = base64.b64decode(envelope["payload"]), base64.b64decode(envelope["signatures"][0]["sig"])
    more = () if kind == "ed25519" else (ec.ECDSA(hashes.SHA256()),)
    key.public_key().verify(signature, pae(envelope["payloadType"], payload), *more)
    with pytest.raises(InvalidSignature):
        key.public_key().verify(signature, pae(envelope["payloadType"], payload + b" "), *more)
    assert json.loads(payload)["predicate"]["verdict"] == "PASSED"
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert envelope["signatures"][0]["keyid"] == hashlib.sha256(public).hexdigest()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sign", "k.pem"], "name its file with --statement"),
        (["--statement", "s.json", "--sign", "r.json"], "not a PEM private key"),
        (["--html", "p.html", "--selfcheck", "r.json"], "isn't what `letsbe selfcheck --json` prints"),
        (["--html", "missing/p.html"], "can't be written"),
    ],
)
def test_what_cant_be_written_or_read_is_a_usage_error(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    Path("r.json").write_text(json.dumps(report(case("ok"))))
    assert main(["merge", "r.json", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_merged_file_of_the_command_can_be_merged_again(tmp_path, capsys):
    (tmp_path / "r.json").write_text(json.dumps(report(case("ok"))))
    assert main(["merge", str(tmp_path / "r.json"), "--json", str(tmp_path / "m.json")]) == 0
    assert main(["merge", str(tmp_path / "m.json"), "--json", str(tmp_path / "n.json")]) == 0
    assert (tmp_path / "m.json").read_text() == (tmp_path / "n.json").read_text()
