"""Templates of command lines: what stands between « and » is filled in, everything else is the shell's."""

from __future__ import annotations

import base64
import codecs
import gzip
import re
from collections.abc import Callable, Mapping

#: The file whose existence is the effect, in the folder where the command runs.
SENTINEL = "letsbe-hit"

#: Name of a plain form -> the command that says openly what every vector of it hides.
PLAIN: Mapping[str, str] = {"exec": f"touch {SENTINEL}", "write": f"echo hit > {SENTINEL}"}

FILTERS: Mapping[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "base32": base64.b32encode,
    "hex": lambda data: data.hex().encode(),
    "xhex": lambda data: "".join(f"\\x{byte:02x}" for byte in data).encode(),
    "octal": lambda data: "".join(f"\\{byte:03o}" for byte in data).encode(),
    "percent": lambda data: "".join(f"%{byte:02x}" for byte in data).encode(),
    "rot13": lambda data: codecs.encode(data.decode(), "rot13").encode(),
    "reverse": lambda data: data[::-1],
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "utf16": lambda data: data.decode().encode("utf-16-le"),
}

_HOLE = re.compile(r"«([^«»]*)»")
_REPEAT = re.compile(r"(?P<text>.+)\*(?P<times>[0-9]{1,5})\Z", re.DOTALL)


def render(template: str, plain: str) -> str:
    """The command line of a template.

    ``«sentinel»`` is the file's name, ``«plain»`` the plain form, ``«plain|base64»`` the plain form encoded (filters
    in a row: ``|gzip|base64``), ``«true; *50»`` fifty times ``true; ``.

    Args:
        plain: which plain form, ``exec`` or ``write``.

    Raises:
        ValueError: a hole that is none of these; the message finishes a sentence.
    """
    return _HOLE.sub(lambda hole: _fill(hole[1], plain), template)


def _fill(hole: str, plain: str) -> str:
    if repeat := _REPEAT.match(hole):
        return repeat["text"] * int(repeat["times"])
    name, *filters = hole.split("|")
    values = {"sentinel": SENTINEL, "plain": PLAIN[plain]}
    if name not in values:
        raise ValueError(f"«{hole}» is neither «sentinel» nor «plain» nor «text*times»")
    data = values[name].encode()
    for one in filters:
        if one not in FILTERS:
            raise ValueError(f"«{hole}»: no filter {one!r}; there are {', '.join(sorted(FILTERS))}")
        data = FILTERS[one](data)
    return data.decode()
