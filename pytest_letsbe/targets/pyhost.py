"""The child's side of a `python:` target: serves one object over stdio, without importing pytest."""

from __future__ import annotations

import json
import os
import sys
from _thread import allocate_lock
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from .pycall import Loop, Method, NotOffered, SharedLoop
from .pyload import LoadError, load

#: Roles whose requests are answered side by side: a gate that is asked one thing at a time has no races to lose.
SIDE_BY_SIDE = frozenset({"gate", "onboarding"})

_WRITING = allocate_lock()

_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


def main(argv: list[str]) -> int:
    """Answer the requests on stdin until it closes; ``argv`` is ``module:attribute role``."""
    where, role = argv
    requests, replies = _take_pipes()
    # After our own imports, so that a json.py of theirs can't break the host.
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - a string is what sys.path holds
    loop = SharedLoop() if role in SIDE_BY_SIDE else Loop()
    try:
        host = Host(where, load(where, role, loop), loop)
    except LoadError as error:
        request = json.loads(requests.readline())
        _reply(replies, {"id": request["id"], "error": f"can't load {where}: {error}"})
        return 1

    def answer(line: bytes) -> None:
        request = json.loads(line)
        _reply(replies, {"id": request["id"], **host.answer(request["op"], request["input"])})

    if role in SIDE_BY_SIDE:
        side_by_side(requests, answer)
    else:
        for line in requests:
            answer(line)
    return 0


def side_by_side(requests: Iterable[bytes], answer: Callable[[bytes], None]) -> None:
    """Give each request a thread of its own; what ends last is answered last."""
    import threading

    sys.setswitchinterval(1e-5)  # threads take turns often, so that a race has a chance to show
    for line in requests:
        threading.Thread(target=answer, args=(line,), daemon=True).start()


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the protocol's pipes to ourselves: what the served code prints goes to stderr, and it reads nothing."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def _reply(replies: BinaryIO, message: dict[str, Any]) -> None:
    try:
        text = _encode(message)
    except (TypeError, ValueError, RecursionError) as error:  # the object returned what JSON can't say
        text = _encode({"id": message["id"], "error": describe(error)})
    with _WRITING:
        replies.write(text.encode("ascii") + b"\n")
        replies.flush()  # each by itself: an answer must not wait for the next, slow one


def describe(error: BaseException) -> str:
    """``TypeName: message``, also of an exception that can't be printed."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


class Host:
    """Turns requests into calls of the loaded object, and what they return into replies.

    ``loaded`` is an object whose methods are named as the ops, or a dict of functions by op.
    """

    def __init__(self, name: str, loaded: Any, loop: Loop) -> None:
        self._name = name
        self._loaded = loaded
        self._loop = loop
        self._methods: dict[str, Method] = {}

    def answer(self, op: str, input: dict[str, Any]) -> dict[str, Any]:
        """The reply, without its id."""
        try:
            if op == "hello":
                return {"output": self._hello()}
            return {"output": self._method(op)(input)}
        except NotOffered as error:
            return {"unsupported": str(error)}
        except Exception as error:
            return {"error": describe(error)}

    def _method(self, op: str) -> Method:
        method = self._methods.get(op)
        if method is None:
            function = self._find(op)
            if function is None:
                raise NotOffered(f"there is no method {op!r}")
            method = self._methods[op] = Method(op, function, self._loop)
        return method

    def _hello(self) -> dict[str, Any]:
        module = sys.modules.get(type(self._loaded).__module__)
        version = getattr(self._loaded, "__version__", None) or getattr(module, "__version__", None)
        return {"name": self._name, "version": version if isinstance(version, str) else "?", "ops": self._ops()}

    def _ops(self) -> list[str] | None:
        if isinstance(self._loaded, dict):
            return sorted(self._loaded)
        if hasattr(type(self._loaded), "__getattr__"):  # it answers to any name, so it can't say which it means
            return None
        return sorted(name for name in dir(self._loaded) if self._find(name) is not None)

    def _find(self, op: str) -> Callable[..., Any] | None:
        if op.startswith("_"):
            return None
        if isinstance(self._loaded, dict):
            return self._loaded.get(op)
        try:
            found = getattr(self._loaded, op, None)
        except Exception:  # a property that raises is no method either
            return None
        return found if callable(found) and not isinstance(found, type) else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
