"""Finds what `module:attribute` names: an object with methods, or a bare redact function."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import os
import sys
import traceback
from types import ModuleType
from typing import Any

from .pycall import Loop


class LoadError(Exception):
    """It can't be loaded; the message says why."""


def load(where: str, role: str, loop: Loop) -> Any:
    """The object that serves ``role``, or ``{"redact": function}`` for a bare function. Raises LoadError.

    A class or a function without required parameters is a factory and called; a function that needs one is,
    for a redactor, the redact function itself.
    """
    source, colon, attribute = where.rpartition(":")
    if not colon or not source or not attribute:
        raise LoadError("write it as `module:attribute`, or `path/to/file.py:attribute`")
    found = _attribute(_module(source), attribute)
    if _is_called(found, role):
        required = _required(found)
        if not required:
            try:
                found = loop.settle(found())
            except (Exception, SystemExit) as error:
                raise _failed(f"{attribute}() raised", error) from error
            required = _required(found) if _is_called(found, role) else []
        if required:
            if role != "redactor" or isinstance(found, type):
                names = ", ".join(required)
                raise LoadError(f"{attribute} needs arguments ({names}); name an object or a factory without any")
            return {"redact": found}
    return found


def _module(source: str) -> ModuleType:
    try:
        if source.endswith(".py"):
            return _file(source)
        return importlib.import_module(source)
    except (Exception, SystemExit) as error:
        raise _failed("importing it raised", error) from error


def _file(path: str) -> ModuleType:
    path = os.path.abspath(path)  # noqa: PTH100 - importlib wants a string
    folder, file = os.path.split(path)
    if folder not in sys.path:
        sys.path.insert(1, folder)  # its neighbours, as `python file.py` would find them
    # Under a name of its own: a user's encodings.py must not stand in for the standard library's.
    spec = importlib.util.spec_from_file_location(f"letsbe_target_{file.removesuffix('.py')}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} can't be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _attribute(module: ModuleType, path: str) -> Any:
    found: Any = module
    for name in path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            import difflib

            close = difflib.get_close_matches(name, dir(found), 1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise LoadError(f"{module.__name__!r} has no attribute {path!r}{hint}") from None
    return found


def _is_called(found: Any, role: str) -> bool:
    """Whether it is a factory or a function, and not the object that has the ops."""
    if isinstance(found, (type, functools.partial)) or inspect.isroutine(found):
        return True
    return role == "redactor" and callable(found) and not hasattr(found, "redact")


def _required(found: Any) -> list[str]:
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):  # built-in code doesn't always tell; a type without a signature takes none
        return [] if isinstance(found, type) else ["text"]
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [p.name for p in parameters if p.default is p.empty and p.kind not in optional]


def _failed(what: str, error: BaseException) -> LoadError:
    traceback.print_exception(error)  # to stderr, which the suite shows with the finding
    return LoadError(f"{what} {type(error).__name__}: {error}")
