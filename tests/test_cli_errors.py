"""What goes wrong outside of us ends with a sentence and 2, never with a traceback or with the 1 of a finding."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from pytest_letsbe.cli import main


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("fine\n")
    return tmp_path


def test_an_output_that_cannot_be_written_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--output", "missing/out.txt", "."]) == 2
    assert capsys.readouterr().err == "letsbe: missing/out.txt: No such file or directory\n"


def test_a_baseline_that_cannot_be_written_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--write-baseline", "missing/b.yaml", "--reason", "issue 7", "."]) == 2
    assert "missing/b.yaml: No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [["serve", "redactor", "--http"], ["serve", "api", "--port"], ["mock", "x", "--port"]])
@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_what_is_no_port_is_refused(verb: list[str], port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*verb, port] if port != "-1" else [*verb[:-1], f"{verb[-1]}=-1"])
    assert ended.value.code == 2
    assert "is no port: a number from 0 to 65535" in capsys.readouterr().err


def test_a_port_in_use_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "redactor", "--http", str(taken.getsockname()[1])]) == 2
    assert "Address already in use" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "redactor", "--port", "1"], "--http PORT serves it on a port"),
        (["serve", "proxy", "--http", "5"], "give it --port instead of --http"),
        (["init", "provisioner", "--package", "hub"], "A folder holds one package"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(
    here: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_two_forms_of_a_list_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["list", "redaction", "--json", "--markdown"])
    assert "not allowed with" in capsys.readouterr().err


def test_init_says_which_folder_is_in_the_way(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "scripts").write_text("a file\n")
    assert main(["init", "hub"]) == 2
    assert "scripts" in capsys.readouterr().err


def test_a_script_that_is_no_text_is_told_with_its_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "s.jsonl").write_bytes(b"{}\n\xff\n")
    assert main(["gate", "replay", "s.jsonl", "--reference", "correct"]) == 2
    assert "s.jsonl:2: isn't UTF-8" in capsys.readouterr().err
