"""An OpenAPI document as the suite reads it: its operations, its references, and the line of every value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from ..model import Location, UsageError
from ..strict_yaml import Document, YamlPath, load

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

#: A JSON document longer than this is read without the lines of its values.
_MARKED = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path; ``raw`` is the Operation Object, ``parameters`` those of the path included."""

    method: str
    path: str
    raw: Mapping[str, Any] = field(repr=False, hash=False)
    parameters: tuple[Mapping[str, Any], ...] = field(repr=False, hash=False)
    at: YamlPath = field(repr=False)

    @property
    def label(self) -> str:
        """``GET /tenants/{id}``, as people and Schemathesis name it."""
        return f"{self.method.upper()} {self.path}"

    @property
    def responses(self) -> Mapping[str, Any]:
        """Status (``200``, ``4XX``, ``default``) to Response Object or reference."""
        found = self.raw.get("responses")
        return found if isinstance(found, dict) else {}

    def documents(self, status: int) -> str | None:
        """The key that documents a status: the exact one, its range, or ``default``."""
        keys = {str(key).upper(): str(key) for key in self.responses}
        for wanted in (str(status), f"{status // 100}XX", "DEFAULT"):
            if wanted in keys:
                return keys[wanted]
        return None


class Description:
    """A document and what hangs together in it. Local references and those to files beside it are followed."""

    def __init__(self, document: Document, path: Path) -> None:
        self.document = document
        self.path = path
        self.data: Any = _plain(document.data)
        self._others: dict[Path, Any] = {}

    @property
    def version(self) -> str:
        """``3.1.0``, ``2.0``, or empty when the document doesn't say."""
        data = self.data if isinstance(self.data, dict) else {}
        return str(data.get("openapi") or data.get("swagger") or "")

    @property
    def is_swagger(self) -> bool:
        return self.version.startswith("2")

    @property
    def title(self) -> str:
        info = self.data.get("info") if isinstance(self.data, dict) else None
        return str(info.get("title", "")) if isinstance(info, dict) else ""

    def at(self, *path: str | int) -> Location:
        return self.document.at(*path)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """All operations, in the order of the document; what isn't one is left to the check of validity."""
        return tuple(self._operations())

    def _operations(self) -> Iterator[Operation]:
        paths = self.data.get("paths") if isinstance(self.data, dict) else None
        for path, entry in paths.items() if isinstance(paths, dict) else ():
            item = self.follow(entry)
            if not isinstance(item, dict) or str(path).startswith("x-"):
                continue
            shared = self._parameters(item)
            for method in METHODS:
                raw = item.get(method)
                if isinstance(raw, dict):
                    own = self._parameters(raw)
                    names = {(p.get("in"), p.get("name")) for p in own}
                    both = [p for p in shared if (p.get("in"), p.get("name")) not in names] + own
                    yield Operation(method, path, raw, tuple(both), ("paths", path, method))

    def _parameters(self, holder: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        found = holder.get("parameters")
        followed = [self.follow(entry) for entry in found] if isinstance(found, list) else []
        return [p for p in followed if isinstance(p, dict)]

    def security(self, operation: Operation) -> list[Mapping[str, Any]]:
        """The alternatives that open an operation; empty when it is open to everybody."""
        found = operation.raw.get("security", self.data.get("security"))
        listed = found if isinstance(found, list) else []
        return [] if any(entry == {} for entry in listed) else [e for e in listed if isinstance(e, dict)]

    def follow(self, value: Any) -> Any:
        """The value behind ``$ref``, or the value itself; None behind a reference that leads nowhere."""
        for _ in range(32):
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                return value
            try:
                value = self.resolve(value["$ref"])
            except LookupError:
                return None
        return None

    def resolve(self, reference: str) -> Any:
        """What a reference points to. Raises LookupError with a sentence that says what is missing."""
        file, _, pointer = reference.partition("#")
        if "://" in file:
            raise LookupError(f"{reference!r} lies outside the repo; copy it in, nothing is fetched")
        root = self.data if not file else self._other(file)
        return walk(root, pointer, reference)

    def _other(self, file: str) -> Any:
        path = (self.path.parent / file).resolve()
        if path not in self._others:
            try:
                self._others[path] = _plain(read(path, path.name).data)
            except UsageError as error:
                raise LookupError(f"{file!r} can't be read: {error}") from None
        return self._others[path]


def walk(root: Any, pointer: str, reference: str) -> Any:
    """Follow a JSON pointer (RFC 6901). Raises LookupError where it leads nowhere."""
    here = root
    for part in pointer.split("/")[1:]:
        key = part.replace("%7B", "{").replace("%7D", "}").replace("%7b", "{").replace("%7d", "}")
        key = key.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict) and key in here:
            here = here[key]
        elif isinstance(here, list) and key.isdigit() and int(key) < len(here):
            here = here[int(key)]
        else:
            raise LookupError(f"{reference!r} leads nowhere: there is no {key!r}")
    return here


def describe(path: Path, *, shown_as: str | None = None) -> Description:
    """Read a document. Raises UsageError with the place of what isn't YAML or JSON."""
    return Description(read(path, shown_as or str(path)), path)


def read(path: Path, shown_as: str) -> Document:
    """YAML or JSON with the lines of its values."""
    if path.suffix == ".json":
        try:
            raw = path.read_bytes()
            if len(raw) > _MARKED or b"\t" in raw:
                return Document(shown_as, json.loads(raw), {})
        except OSError as error:
            raise UsageError(f"can't be read: {error.strerror}", Location(shown_as)) from None
        except ValueError as error:
            raise UsageError(f"isn't valid JSON: {error}", Location(shown_as)) from None
    return load(path, shown_as=shown_as)


def _plain(value: Any) -> Any:
    """JSON's own types: a bare date is text, as OpenAPI means it."""
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    return value.isoformat() if isinstance(value, date) else value
