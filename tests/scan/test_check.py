"""Both checks as pytest runs them: items by group, failures that say where, what and how to mend it."""

from __future__ import annotations

import tarfile
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_letsbe.checks.references.check import ReferencesCheck
from pytest_letsbe.checks.secrets.check import SecretsCheck
from pytest_letsbe.model import CheckFailure, Location, NotEvaluated, Spec, Vacuous
from pytest_letsbe.runner import Runner

WORD = "n8" + "n"


@pytest.fixture
def package(pytester: pytest.Pytester):
    pytester.makefile(".toml", pytest='[pytest]\naddopts = ["-p", "letsbe"]')

    def write(checks: str = "{references: {}, secrets: {}}", **files: str) -> pytest.RunResult:
        (pytester.path / "letsbe.yaml").write_text(f"version: 1\npackage: website\nchecks: {checks}\n")
        for name, text in files.items():
            (pytester.path / name.replace("__", ".")).write_text(text)
        return pytester.runpytest_inprocess("letsbe.yaml", "-q")

    return write


def test_a_clean_repo_passes_with_an_item_for_every_group(package) -> None:
    result = package(a__txt="fine\n")
    result.assert_outcomes(passed=result.parseoutcomes()["passed"])
    assert result.parseoutcomes()["passed"] >= 24


def test_a_banned_image_and_a_key_turn_each_its_group_red_and_say_what_to_do(package, token: str) -> None:
    result = package(Dockerfile=f"FROM {WORD}io/{WORD}:1\n", deploy__env=f"GH={token}\n")
    text = result.stdout.str()
    result.assert_outcomes(failed=2, passed=result.parseoutcomes()["passed"])
    assert "Dockerfile:1" in text
    assert f"An {WORD} image is banned from the stack: '{WORD}io/{WORD}:1'" in text
    assert "mend: remove the service; workflows run in the Hub's workflow engine" in text
    assert "deploy.env:1" in text
    assert "mend: revoke it" in text
    assert f"references::no-banned[{WORD}]" in text
    assert "secrets::no-plaintext[forges]" in text


def test_no_output_holds_the_secret_even_with_locals_shown(package, pytester: pytest.Pytester, token: str) -> None:
    package(deploy__env=f"GH={token}\nDB_PASSWORD=Tr0ub4dor&Zebra\n")
    more = ["-vv", "-l", "--tb=long", "-rA", "--letsbe-report", "r.json", "--junitxml", "j.xml"]
    result = pytester.runpytest_inprocess("letsbe.yaml", *more)
    outputs = [p for p in pytester.path.rglob("*") if p.is_file() and p.name != "deploy.env"]
    everything = result.stdout.str() + "".join(p.read_text("utf-8", "replace") for p in outputs)
    assert "r.json" in {p.name for p in outputs}
    for value in (token, "Tr0ub4dor&Zebra"):
        assert not any(value[i : i + 6] in everything for i in range(len(value) - 5))


def _failures(root: Path, check, **options) -> dict[str, CheckFailure]:
    """Case names to their failures, as the runner ends them."""
    spec = Spec(check.name, check.options(**options), root, Location("letsbe.yaml"))
    runner = Runner(check, check.cases(spec))
    ends = {case.name: runner.end_of(case) for case in runner.cases}
    return {name: end.error for name, end in ends.items() if end.outcome != "passed"}


def test_five_findings_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{WORD}\n" * 8)
    failure = _failures(tmp_path, ReferencesCheck())[WORD]
    assert failure.sentence.endswith("(and 7 more)")
    assert "+3 more" in failure.evidence


def test_a_rule_of_the_repos_own_is_a_group_of_its_own(tmp_path: Path) -> None:
    row = """
    version: 1
    corpus: house
    rules:
      - {id: old-name, kind: text, statement: The old product name, mend: say Hub, words: [oldhub], match: [oldhub], not_match: [hub]}
    """
    (tmp_path / "rules.yaml").write_text(dedent(row))
    (tmp_path / "a.txt").write_text("the oldhub\n")
    failures = _failures(tmp_path, ReferencesCheck(), extra=["rules.yaml"], exclude=["rules.yaml"])
    assert [str(f.location) for f in failures.values()] == ["a.txt:1:5"]
    assert list(failures) == ["house"]


def test_an_artifact_is_scanned_and_one_that_isnt_built_fails_every_item(tmp_path: Path, token: str) -> None:
    options = {"artifacts": ["*.tgz"]}
    assert "build it before" in str(next(iter(_failures(tmp_path, SecretsCheck(), **options).values())))
    (tmp_path / "x").write_text(f"GH={token}\n")
    with tarfile.open(tmp_path / "app.tgz", "w:gz") as archive:
        archive.add(tmp_path / "x", "package/x")
    (tmp_path / "x").unlink()
    assert _failures(tmp_path, SecretsCheck(), **options)["forges"].location.path == "app.tgz!package/x"


@pytest.mark.parametrize("check", [ReferencesCheck, SecretsCheck])
def test_a_scanner_that_finds_nothing_fails_liveness_and_proves_nothing(check, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "a.txt").write_text("fine\n")
    monkeypatch.setattr("pytest_letsbe.scan.engine.Engine._plain_hits", lambda self, text: [])
    failures = _failures(tmp_path, check())
    assert isinstance(failures.pop("canary"), CheckFailure)
    assert len(failures) >= 7
    assert all(isinstance(error, NotEvaluated) for error in failures.values())


def test_a_repo_without_a_file_proves_nothing(tmp_path: Path) -> None:
    assert isinstance(_failures(tmp_path, SecretsCheck())["canary"], Vacuous)


def test_a_file_that_cant_be_judged_fails_coverage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.log").write_text("x")
    monkeypatch.setattr("pytest_letsbe.scan.enumerate._content", lambda *_: "huge")
    assert "a.log: huge" in _failures(tmp_path, SecretsCheck())["files"].evidence


def test_corpora_pointed_at_by_pytest_are_validated(pytester: pytest.Pytester) -> None:
    from pytest_letsbe.data import data_dir

    pytester.makefile(".toml", pytest='[pytest]\naddopts = ["-p", "letsbe"]')
    folder = pytester.path / "corpora" / "references"
    folder.mkdir(parents=True)
    text = (data_dir("corpora") / "references" / "env.yaml").read_text()
    (folder / "env.yaml").write_text(text.replace("DYNOSAUR=1", "DYNO=1"))
    result = pytester.runpytest_inprocess(str(folder))
    if "no tests ran" not in result.stdout.str():
        assert result.parseoutcomes().get("failed") == 1


def test_nothing_of_the_scanner_imports_pytest() -> None:
    import pytest_letsbe.scan as package_

    for folder in (Path(package_.__file__).parent, Path(package_.__file__).parent.parent / "checks"):
        for name in ("references", "secrets", "."):
            for file in (folder / name).glob("*.py"):
                assert "import pytest\n" not in file.read_text()
