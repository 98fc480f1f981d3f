"""A python target is found, called by keyword, and ended when it hangs."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_letsbe.targets.base import Output, Refused, Reply, TargetDead, Unsupported
from pytest_letsbe.targets.python import PythonTarget

from .conftest import Marked

SOURCE = """
import functools, re, sys
import neighbour

def bare(value):
    print("a print must not disturb the protocol")
    return value.replace("secret", "[R]")

def bare_with_secrets(text, *, secrets=()):
    for each in secrets:
        text = text.replace(each, "[R]")
    return text

def with_anything(value, **more):
    return value + repr(sorted(more))

async def slow_and_async(text):
    import asyncio
    await asyncio.sleep(0)
    return text.upper()

def hangs(text):
    re.match(r"(a+)+$", "a" * 64 + "!")
    return text

def exits(text):
    sys.exit(7)

class Unprintable(Exception):
    def __str__(self):
        raise ValueError

def raises(text):
    if text == "unprintable":
        raise Unprintable
    raise KeyError("no such tenant")

def returns(text):
    return {"none": None, "number": 3, "bad": {"text": object()}, "nan": {"text": float("nan")}}[text]

def reads_stdin(text):
    return repr(sys.stdin.read())

def needs_two(one, two):
    return one

strip = str.strip
partial = functools.partial(bare_with_secrets, secrets=["k"])

class Redactor:
    __version__ = "2.3"
    name = "not a method"
    def redact(self, text=None, base64=None, secrets=(), media_type=""):
        return {"text": f"{text} {base64} {list(secrets)} {media_type}"}
    def redact_chunks(self, chunks):
        for chunk in chunks:
            yield chunk.upper()
    def reset(self):
        pass
    async def tick(self, ms):
        import asyncio
        return {"loop": id(asyncio.get_running_loop())}
    def _hidden(self):
        return {}

redactor = Redactor()

def make():
    return Redactor()

async def make_async():
    return Redactor()

def make_function():
    return bare

class Wanting:
    def __init__(self, config):
        pass

class Proxy:
    def __getattr__(self, name):
        return lambda **input: {"op": name}

class Holder:
    inner = Redactor()

class Callable:
    def __call__(self, text):
        return text + "!"

callable_object = Callable()
"""


@pytest.fixture
def python(tmp_path: Path, marked: Marked, closing: Callable[[Any], Any]) -> Callable[..., PythonTarget]:
    (tmp_path / "wrapper.py").write_text(SOURCE)
    (tmp_path / "neighbour.py").write_text("")
    (tmp_path / "json.py").write_text("raise ImportError('the host must not import this')")

    def make(attribute: str, role: str = "redactor", module: str = "wrapper", timeout: float = 20) -> PythonTarget:
        where = f"{module}:{attribute}"
        target: PythonTarget = closing(PythonTarget(where, role=role, cwd=tmp_path, env=marked.env, timeout=timeout))
        return target

    return make


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode()


Python = Callable[..., PythonTarget]


@pytest.mark.parametrize(
    ("attribute", "input", "reply"),
    [
        ("bare", {"text": "a secret"}, Output({"text": "a [R]"})),
        ("bare", {"text": "a secret", "media_type": "text/plain", "tenant": "t"}, Output({"text": "a [R]"})),
        ("bare", {"text": "x", "secrets": []}, Output({"text": "x"})),
        ("bare", {"text": "x", "secrets": ["k"]}, Unsupported("redact takes no 'secrets'")),
        ("bare", {"text": "x", "mode": 1}, Unsupported("redact takes no 'mode'")),
        ("bare", {"text": "\ud800"}, Output({"text": "\ud800"})),
        ("bare", {"base64": encoded(b"a secret")}, Output({"base64": encoded(b"a [R]")})),
        ("bare", {"base64": encoded(b"\xff")}, Unsupported("redact takes text, and this base64 holds no UTF-8")),
        ("bare", {"base64": "?"}, Unsupported("redact takes text, and this base64 holds no UTF-8")),
        ("bare_with_secrets", {"text": "a k", "secrets": ["k"]}, Output({"text": "a [R]"})),
        ("with_anything", {"text": "a", "secrets": [], "tenant": "t"}, Output({"text": "a['secrets', 'tenant']"})),
        ("partial", {"text": "a k"}, Output({"text": "a [R]"})),
        ("strip", {"text": " a "}, Output({"text": "a"})),
        ("slow_and_async", {"text": "a"}, Output({"text": "A"})),
        ("make_function", {"text": "a secret"}, Output({"text": "a [R]"})),
        ("callable_object", {"text": "a"}, Output({"text": "a!"})),
        ("reads_stdin", {"text": "a"}, Output({"text": "''"})),
        ("redactor", {"text": "a", "secrets": ["k"], "media_type": "m"}, Output({"text": "a None ['k'] m"})),
        ("redactor", {"base64": "YQ=="}, Output({"text": "None YQ== [] "})),
        ("redactor", {"text": "a", "mode": 1}, Unsupported("redact takes no 'mode'")),
        ("Redactor", {"text": "a"}, Output({"text": "a None [] "})),
        ("make", {"text": "a"}, Output({"text": "a None [] "})),
        ("make_async", {"text": "a"}, Output({"text": "a None [] "})),
        ("Holder.inner", {"text": "a"}, Output({"text": "a None [] "})),
        ("raises", {"text": "a"}, Refused("KeyError: 'no such tenant'")),
        ("raises", {"text": "unprintable"}, Refused("Unprintable")),
        ("returns", {"text": "none"}, Refused("TypeError: redact returned NoneType, not a dict")),
        ("returns", {"text": "number"}, Refused("TypeError: redact returned int, not a dict")),
        ("returns", {"text": "bad"}, Refused("TypeError: Object of type object is not JSON serializable")),
    ],
)
def test_redact_is_called_as_it_wants(python: Python, attribute: str, input: dict[str, Any], reply: Reply) -> None:
    assert python(attribute).call("redact", input) == reply


def test_a_value_that_json_lacks_is_an_error(python: Python) -> None:
    assert isinstance(python("returns").call("redact", {"text": "nan"}), Refused)


def test_methods_are_ops(python: Python) -> None:
    target = python("make")
    hello = target.hello()
    assert (hello.name, hello.version) == ("wrapper:make", "2.3")
    assert hello.ops == frozenset({"redact", "redact_chunks", "reset", "tick"})
    assert target.call("redact_chunks", {"chunks": ["a", "b"]}) == Output({"chunks": ["A", "B"]})
    assert target.call("reset", {}) == Output({})
    assert target.call("spend", {}) == Unsupported("there is no method 'spend'")
    assert target.call("name", {}) == Unsupported("there is no method 'name'")
    assert target.call("_hidden", {}) == Unsupported("there is no method '_hidden'")
    assert target.call("tick", {"ms": 1}) == target.call("tick", {"ms": 2})


def test_a_bare_function_has_one_op(python: Python) -> None:
    assert python("bare").hello().ops == frozenset({"redact"})


def test_an_object_that_answers_to_any_name_cannot_say_its_ops(python: Python) -> None:
    target = python("Proxy", role="gate")
    assert target.hello().ops is None
    assert target.call("spend", {}) == Output({"op": "spend"})


def test_a_file_may_be_named_by_its_path(python: Python, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "near.py").write_text("MARK = '[N]'")
    (tmp_path / "deep" / "gate-v2.py").write_text("from near import MARK\ndef redact(text): return MARK")
    assert python("redact", module="deep/gate-v2.py").call("redact", {"text": "x"}) == Output({"text": "[N]"})


@pytest.mark.parametrize(
    ("module", "attribute", "role", "words"),
    [
        ("wraper", "make", "gate", "ModuleNotFoundError: No module named 'wraper'"),
        ("gone.py", "make", "gate", "FileNotFoundError"),
        ("wrapper", "mak", "gate", "'wrapper' has no attribute 'mak'; did you mean 'make'?"),
        ("wrapper", "", "gate", "write it as `module:attribute`"),
        ("wrapper", "needs_two", "gate", "needs_two needs arguments (one, two)"),
        ("wrapper", "Wanting", "redactor", "Wanting needs arguments (config)"),
    ],
)
def test_what_cannot_be_loaded_is_told(python: Python, module: str, attribute: str, role: str, words: str) -> None:
    with pytest.raises(TargetDead) as caught:
        python(attribute, role=role, module=module).hello()
    assert f"can't serve as {role}: can't load" in caught.value.sentence
    assert words in caught.value.sentence


def test_code_that_never_lets_go_of_the_interpreter_ends_at_its_deadline(python: Python, marked: Marked) -> None:
    target = python("hangs")
    target.hello()
    with pytest.raises(TargetDead, match=r"python wrapper:hangs didn't answer within 0.3 s"):
        target.call("redact", {"text": "x"}, timeout=0.3)
    assert marked.all_gone()


def test_an_exit_is_a_death_that_shows_what_was_printed(python: Python) -> None:
    with pytest.raises(TargetDead, match="ended with exit code 7"):
        python("exits").call("redact", {"text": "x"})


def test_the_host_imports_neither_pytest_nor_what_it_does_not_need() -> None:
    code = "import sys, pytest_letsbe.targets.pyhost; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pytest", "_pytest", "msgspec", "asyncio", "http.client", "subprocess"} & set(loaded)


def test_no_target_imports_pytest() -> None:
    names = ["base", "spec", "stdio", "http", "process", "started", "python"]
    code = f"import sys, pytest_letsbe.targets.{', pytest_letsbe.targets.'.join(names)}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pytest", "_pytest"} & set(loaded)
