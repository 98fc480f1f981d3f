"""The second opinion: a witness counts when python-jsonschema, which shares no code with the prover, agrees."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..model import UsageError

#: Formats that python-jsonschema leaves to packages that may not be there.
_FORMATS: dict[str, Callable[[str], bool]] = {
    "uri": lambda text: re.match(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*\Z", text) is not None,
    "uri-reference": lambda text: re.search(r"[\s<>\"{}|\\^`]", text) is None,
    "hostname": lambda text: (
        re.match(r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)*\Z", text) is not None
    ),
    "date-time": lambda text: (
        re.match(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z", text) is not None
    ),
    "time": lambda text: re.match(r"\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z", text) is not None,
    "duration": lambda text: re.match(r"P(?=.)(\d+[YMWD])*(T(?=.)(\d+[HMS])*)?\Z", text) is not None,
    "uuid": lambda text: re.match(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z", text) is not None,
}
#: Formats whose values can be told from others.
KNOWN = frozenset({*_FORMATS, "date", "email", "ipv4", "ipv6", "regex", "json-pointer"})


class Independent:
    """One schema, as python-jsonschema reads it."""

    def __init__(self, schema: dict[str, Any]) -> None:
        try:
            import jsonschema
        except ImportError:
            raise UsageError("comparing schemas needs jsonschema: pip install 'pytest-letsbe[contract]'") from None
        formats = jsonschema.FormatChecker()
        for name, check in _FORMATS.items():
            formats.checks(name)(lambda value, check=check: not isinstance(value, str) or check(value))
        self._validator = jsonschema.Draft202012Validator(schema, format_checker=formats)

    def accepts(self, value: Any) -> bool | None:
        """None when the schema is one that it can't judge."""
        try:
            return bool(self._validator.is_valid(value))
        except (RecursionError, ArithmeticError, ValueError, TypeError, re.error, LookupError, AttributeError):
            return None
        except Exception as error:  # its own errors share no base: an unresolvable reference, an unknown type
            if type(error).__module__.split(".")[0] in ("jsonschema", "referencing"):
                return None
            raise
