"""Calls a Python function as an op: the input as keyword arguments, the result as an output object."""

from __future__ import annotations

import base64
import binascii
import inspect
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

#: Hints that a function may leave out; any other keyword it doesn't take makes the op unsupported.
HINTS = frozenset({"media_type", "tenant"})

#: What `redact` is given by name; a first parameter of any other name is the text.
REDACT_WORDS = frozenset({"text", "base64", "secrets", *HINTS})


class NotOffered(Exception):
    """The object lacks the op, or this shape of input to it."""


class Loop:
    """One event loop for the life of the process, made when first needed: async clients are bound to theirs."""

    def __init__(self) -> None:
        self._run: Callable[[Any], Any] | None = None

    def settle(self, result: Any) -> Any:
        """``result``, or what it comes to when it is awaitable."""
        if not hasattr(type(result), "__await__"):
            return result
        if self._run is None:
            import asyncio

            self._run = asyncio.new_event_loop().run_until_complete
        return self._run(result)


class SharedLoop(Loop):
    """A loop on a thread of its own, for requests that are answered side by side."""

    def settle(self, result: Any) -> Any:
        if not hasattr(type(result), "__await__"):
            return result
        import asyncio

        async def awaited() -> Any:
            return await result

        return asyncio.run_coroutine_threadsafe(awaited(), self._started()).result()

    @cache  # noqa: B019 - one for the life of the process, as the loop itself
    def _started(self) -> Any:
        import asyncio
        import threading

        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, name="letsbe-loop", daemon=True).start()
        return loop


class Method:
    """One op: a function, and what it takes."""

    def __init__(self, op: str, function: Callable[..., Any], loop: Loop) -> None:
        self._op = op
        self._function = function
        self._loop = loop
        try:
            parameters = list(inspect.signature(function).parameters.values())
        except (TypeError, ValueError):  # built-in code doesn't always tell
            parameters = [inspect.Parameter("value", inspect.Parameter.POSITIONAL_ONLY)]
        self._names = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
        self._takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
        self._text_first = (
            op == "redact"
            and bool(parameters)
            and parameters[0].kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            and self._names.isdisjoint({"text", "base64"})
            and parameters[0].name not in REDACT_WORDS - {"text"}
        )

    def __call__(self, input: dict[str, Any]) -> dict[str, Any]:
        keywords = dict(input)
        only_text = self._op == "redact" and (self._text_first or not self._takes("base64"))
        decoded = only_text and "base64" in keywords
        if decoded:
            keywords["text"] = _text_of(keywords.pop("base64"))
        first = [keywords.pop("text")] if self._text_first and "text" in keywords else []
        for name in [name for name in keywords if not self._takes(name)]:
            if name not in HINTS and not (name == "secrets" and not keywords[name]):
                raise NotOffered(f"{self._op} takes no {name!r}")
            del keywords[name]
        output = self._output(self._loop.settle(self._function(*first, **keywords)))
        return _as_base64(output) if decoded else output

    def _takes(self, name: str) -> bool:
        return self._takes_any or name in self._names

    def _output(self, result: Any) -> dict[str, Any]:
        if isinstance(result, dict):
            return result
        if self._op == "redact" and isinstance(result, str):
            return {"text": result}
        if self._op == "redact_chunks" and isinstance(result, Iterable) and not isinstance(result, (str, bytes)):
            return {"chunks": list(result)}
        if result is None and not self._op.startswith("redact"):
            return {}  # an op such as `reset` has nothing to say
        raise TypeError(f"{self._op} returned {type(result).__name__}, not a dict")


def _text_of(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise NotOffered("redact takes text, and this base64 holds no UTF-8") from None


def _as_base64(output: dict[str, Any]) -> dict[str, Any]:
    rest = dict(output)
    text = rest.pop("text", None)
    if not isinstance(text, str):
        return output
    return {"base64": base64.b64encode(text.encode()).decode("ascii"), **rest}
