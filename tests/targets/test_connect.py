"""`connect` picks one way to reach a target, and refuses a contradiction with the sentence that mends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_letsbe.model import Location, UsageError
from pytest_letsbe.targets import connect
from pytest_letsbe.targets.base import Output
from pytest_letsbe.targets.http import HttpTarget
from pytest_letsbe.targets.spec import TargetSpec
from pytest_letsbe.targets.started import StartedTarget
from pytest_letsbe.targets.stdio import StdioTarget

HERE = Location("letsbe.yaml", 4, 3)
SERVER = {"start": ["srv", "{port}"], "url": "http://127.0.0.1:{port}"}


@pytest.mark.parametrize(
    ("spec", "kind", "label", "is_reference"),
    [
        ({"run": ["node", "dist/redactor.js"]}, StdioTarget, "node dist/redactor.js", False),
        (
            {"run": ["sh", "-c", "one\n  two \x1b[31m" + "x" * 99]},
            StdioTarget,
            "sh -c one two " + "x" * 65 + "…",
            False,
        ),
        ({"python": "wrapper.gate:make_gate"}, StdioTarget, "python wrapper.gate:make_gate", False),
        ({"reference": "correct"}, StdioTarget, "reference correct", True),
        ({"url": "http://127.0.0.1:8080/"}, HttpTarget, "http://127.0.0.1:8080", False),
        (SERVER, StartedTarget, "srv {port}", False),
    ],
)
def test_each_way_has_its_target_and_label(
    spec: dict[str, Any], kind: type, label: str, is_reference: bool, tmp_path: Path
) -> None:
    target = connect(TargetSpec(**spec), role="redactor", root=tmp_path)
    assert isinstance(target, kind)
    assert (target.label, target.is_reference) == (label, is_reference)
    target.close()


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({}, "a target needs one of `run`, `python`"),
        ({"start": ["srv"]}, '`start` needs a `url`, such as "http://127.0.0.1:{port}"'),
        ({"run": ["x"], "python": "a:b"}, "in one way, not by `run` and `python`"),
        ({"run": ["x"], "url": "http://h"}, "in one way, not by `run` and `url`"),
        ({"run": []}, "`run` needs a program"),
        ({"run": [""]}, "`run` needs a program"),
        ({"start": [], "url": "http://h"}, "`start` needs a program"),
        ({"run": ["x"], "ready": "/healthz"}, "`ready` belongs to a target with `start`"),
        ({"url": "http://h", "cwd": "x"}, "`cwd` and `env` have no effect"),
        ({"url": "ftp://h"}, "must begin with http:// or https://"),
        ({"url": "http://"}, "must be like"),
        ({"url": "http://h:99999"}, "must be like"),
        ({"url": "http://[::1"}, "must be like"),
        ({"url": "http://h/a b"}, "must be like"),
        ({"url": "http://h/?q=1"}, "must be like"),
        ({"url": "http://user:word@h/"}, "can't hold a user name or password"),
        ({**SERVER, "start": ["srv", "{prot}"]}, "unknown placeholder {prot}; did you mean {port}?"),
        ({**SERVER, "start": ["srv", '{"a": 1}']}, 'for a plain brace write {{"a": 1}}'),
        ({**SERVER, "env": {"A": "{stat}"}}, "did you mean {state}?"),
        ({**SERVER, "start": ["srv", "{dns}"]}, "{dns} (host:port of our resolver) isn't given to this target"),
        ({**SERVER, "url": "http://h:{dns}"}, "{dns} (host:port of our resolver) isn't given to this target"),
    ],
)
def test_a_contradiction_is_a_usage_error_with_its_place(spec: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        connect(TargetSpec(**spec), role="redactor", root=tmp_path, location=HERE)
    assert str(caught.value).startswith("letsbe.yaml:4:3: ")
    assert words in str(caught.value)
    assert "word@" not in str(caught.value)


def test_the_working_folder_is_relative_to_the_manifest(tmp_path: Path, closing: Callable[[Any], Any]) -> None:
    (tmp_path / "pkg").mkdir()
    script = tmp_path / "pkg" / "x.sh"
    script.write_text(
        '#!/bin/sh\nread line; echo \'{"id":0,"output":{}}\'\nread line; echo \'{"id":1,"output":{"v":"\'$V\'"}}\''
    )
    script.chmod(0o755)
    spec = TargetSpec(run=["./x.sh"], cwd="pkg", env={"V": "7"}, timeout=10)
    target = closing(connect(spec, role="redactor", root=tmp_path))
    assert target.call("redact", {}) == Output({"v": "7"})
