"""The verbs, run as a user would."""

import json
import shutil
import subprocess
import sys

import pytest

from pytest_letsbe.cli import VERBS, main


def letsbe(*arguments, cwd=None, input=None):
    return subprocess.run(
        [sys.executable, "-P", "-m", "pytest_letsbe", *arguments],
        cwd=cwd, input=input, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb, capsys):
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert VERBS[verb][1:] in " ".join(capsys.readouterr().out.split())


def test_list_names_each_invariant_with_its_statement(capsys):
    assert main(["list", "redaction"]) == 0
    out = capsys.readouterr().out
    assert "redaction (drives a redactor)" in out
    assert "  no-leak" in out


def test_list_as_json(capsys):
    assert main(["list", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert table["redaction"][0]["id"] == "liveness"
    assert all(row["statement"].endswith(".") for rows in table.values() for row in rows)


def test_a_wrong_name_gets_the_nearest_one(capsys):
    assert main(["list", "redacton"]) == 2
    assert capsys.readouterr().err == "letsbe: no check is called 'redacton' (did you mean 'redaction'?)\n"


def test_show_prints_statement_row_and_masked_text(capsys):
    assert main(["show", "redaction::no-leak[github-pat/json-field/base64]"]) == 0
    out = capsys.readouterr().out
    assert "statement  Neither a secret" in out
    assert "row        corpora/redaction/secrets.yaml:" in out
    assert "<github-pat ghp_… 40 chars #" in out


def test_show_takes_the_id_of_a_report(capsys):
    assert main(["show", "letsbe.yaml::redaction::no-leak[github-pat/json-field/plain#3]"]) == 0


@pytest.mark.parametrize(
    ("id", "message"),
    [
        ("redaction::no-leek", "(did you mean 'no-leak'?)"),
        ("redaction::no-leak[github-pt/json-field/plain]", "(did you mean 'github-pat/json-field/plain'?)"),
        ("::::", "is no id"),
    ],
)
def test_show_of_an_unknown_id_says_so(id, message, capsys):
    assert main(["show", id]) == 2
    assert message in capsys.readouterr().err


def test_a_request_can_be_piped_into_a_target():
    request = letsbe("show", "redaction::no-leak[github-pat/json-field/base64#1]", "--request").stdout
    sent = json.loads(request)
    reply = json.loads(letsbe("serve", "redactor", input=request).stdout)
    assert reply["id"] == sent["id"]
    assert reply["output"]["text"] != sent["input"]["text"]


def test_serve_speaks_the_protocol_on_stdio():
    lines = [
        {"id": 1, "op": "hello", "input": {"protocol": 1, "role": "redactor"}},
        {"id": 2, "op": "redact", "input": {"text": "nothing here"}},
        {"id": 3, "op": "fly", "input": {}},
    ]
    done = letsbe("serve", "redactor", input="".join(json.dumps(line) + "\n" for line in lines))
    replies = {reply["id"]: reply for reply in map(json.loads, done.stdout.splitlines())}
    assert replies[1]["output"]["ops"] == ["redact", "redact_chunks"]
    assert replies[2]["output"] == {"text": "nothing here"}
    assert "unsupported" in replies[3]
    assert done.returncode == 0


@pytest.mark.parametrize("arguments", [("serve", "redacter"), ("serve", "redactor", "--variant", "corect")])
def test_serve_of_an_unknown_reference_says_so(arguments):
    done = letsbe(*arguments)
    assert done.returncode == 2
    assert "did you mean" in done.stderr


def test_init_writes_a_manifest_that_pytest_reads(tmp_path):
    folder = tmp_path / "my-egress-proxy"
    folder.mkdir()
    (folder / "package.json").write_text("{}")
    done = letsbe("init", cwd=folder)
    assert done.returncode == 0, done.stderr
    text = (folder / "letsbe.yaml").read_text()
    assert "package: egress-proxy" in text
    assert "run: [node, letsbe/redactor.mjs]" in text
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "letsbe", "-q", "-k", "liveness"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("file", "language"), [("package.json", "node"), ("pyproject.toml", "python"), ("Makefile", "shell")]
)
def test_the_shim_of_init_answers_and_leaks(tmp_path, file, language):
    if language == "shell" and shutil.which("jq") is None:
        pytest.skip("jq isn't on this machine; CI installs it")
    (tmp_path / file).write_text("{}" if file == "package.json" else "")
    done = letsbe("init", "egress-proxy", "--no-ci", cwd=tmp_path)
    assert "which redacts nothing yet" in done.stdout
    assert done.stdout.endswith("Next: pytest -p letsbe -x\n")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "letsbe", "-q", "-k", "redaction and (liveness or github-pat and env-export)"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert run.returncode == 1
    assert "github-pat survived redaction in env-export, written plain" in run.stdout
    assert "redaction::liveness" not in run.stdout


def test_init_in_a_folder_that_tells_no_package_names_the_way_out(tmp_path):
    (tmp_path / "acme").mkdir()
    done = letsbe("init", cwd=tmp_path / "acme")
    assert done.returncode == 2
    assert "say `letsbe init hub|" in done.stderr


def test_a_misspelt_verb_gets_the_nearest():
    done = letsbe("shwo")
    assert done.returncode == 2
    assert "no verb is called 'shwo' (did you mean 'show'?)" in done.stderr


def test_init_keeps_a_shim_that_stands(tmp_path):
    (tmp_path / "letsbe").mkdir()
    (tmp_path / "letsbe" / "redactor.sh").write_text("mine")
    assert "redactor.sh" not in letsbe("init", "egress-proxy", cwd=tmp_path).stdout
    assert (tmp_path / "letsbe" / "redactor.sh").read_text() == "mine"


def test_init_keeps_a_manifest_that_stands(tmp_path):
    (tmp_path / "letsbe.yaml").write_text("mine")
    done = letsbe("init", "--package", "hub", cwd=tmp_path)
    assert done.returncode == 2
    assert (tmp_path / "letsbe.yaml").read_text() == "mine"


@pytest.mark.parametrize("package", ["hub", "safety-wrapper", "egress-proxy", "provisioner", "mobile", "website"])
def test_init_of_every_package_is_valid(package, tmp_path):
    assert letsbe("init", "--package", package, cwd=tmp_path).returncode == 0
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "letsbe", "-q", "--co"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode in (0, 5), done.stdout + done.stderr


def test_merge_is_the_gate_over_partial_reports(project):
    project.coin("heads", "tails")
    project.run("-k", "heads", "--letsbe-report", "1.json")
    project.run("-k", "tails", "--letsbe-report", "2.json")
    assert letsbe("merge", "1.json", cwd=project.path).returncode == 1
    both = letsbe("merge", "1.json", "2.json", "--markdown", "-", cwd=project.path)
    assert both.returncode == 0, both.stdout
    assert "coin" in both.stdout


def test_merge_of_something_else_is_a_usage_error(tmp_path):
    (tmp_path / "r.json").write_text("[1]")
    done = letsbe("merge", "r.json", cwd=tmp_path)
    assert done.returncode == 2
    assert "r.json" in done.stderr
