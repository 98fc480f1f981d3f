"""Makes generated requests depend on the seed and the description, not on what else this process has imported.

Hypothesis mixes constants into what it generates that it finds in every module that isn't installed (its
``constants_ast``): a number in somebody's test, loaded a moment earlier, would change which requests are sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def repeatable() -> Iterator[None]:
    """Without constants of this process's modules; nothing changes where this Hypothesis collects none."""
    try:
        from hypothesis.internal.conjecture import providers
    except ImportError:
        yield
        return
    source: Any = providers
    collect: Any = getattr(source, "_get_local_constants", None)
    cache: Any = getattr(source, "CONSTANTS_CACHE", None)
    known: Any = getattr(source, "_local_constants", None)
    if collect is None or known is None or not hasattr(cache, "cache"):
        yield
        return
    nothing = type(known)()
    source._get_local_constants = lambda: nothing
    cache.cache.clear()
    try:
        yield
    finally:
        source._get_local_constants = collect
        cache.cache.clear()
