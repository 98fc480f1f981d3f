"""Line formats: env files, netrc, pgpass, INI and its kin, units, Dockerfiles, password files, XML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..globs import matches_any
from ..text import Text
from .base import Field, field_of, is_secret_name, may_be_secret_name

_DOTENV = re.compile(
    rb"^[ \t]*(?:export[ \t]+)?(?P<key>[A-Za-z_][\w.]*)[ \t]*=[ \t]*(?:\"(?P<dq>(?:[^\"\\\n]|\\.)*)\"|'(?P<sq>[^'\n]*)'|(?P<bare>[^\n#\"']*?))[ \t]*(?:[ \t]#.*)?\r?$",  # noqa: E501
    re.MULTILINE,
)


def dotenv(text: Text) -> Iterator[Field]:
    """KEY=VALUE to the end of the line, quotes optional, comments behind a blank."""
    if not matches_any(
        text.path, (".env", ".env.*", "*.env", "env", ".envrc", "*.envrc", "env.d/*", "*.env.*", "**/environment")
    ):
        return
    for found in _DOTENV.finditer(text.raw):
        group = next((g for g in ("dq", "sq", "bare") if found[g]), None)
        if group and may_be_secret_name(found["key"].decode()):
            yield field_of(found, value=group)


_NETRC = re.compile(
    rb"\b(?:machine[ \t\n]+(?P<host>\S+)|default)[ \t\n]+(?:login[ \t\n]+\S+[ \t\n]+)?(?:account[ \t\n]+\S+[ \t\n]+)?password[ \t\n]+(?P<value>\S+)"  # noqa: E501
)


def netrc(text: Text) -> Iterator[Field]:
    for found in _NETRC.finditer(text.raw):
        yield field_of(found, key="password")


_PGPASS = re.compile(rb"^[^#:\n]+:(?:\d+|\*):[^:\n]+:[^:\n]+:(?P<value>[^\n]+)$", re.MULTILINE)


def pgpass(text: Text) -> Iterator[Field]:
    if text.name in (".pgpass", "pgpass", "pgpass.conf"):
        for found in _PGPASS.finditer(text.raw):
            yield field_of(found, key="password")


_UNIT = re.compile(rb"(?P<key>[A-Za-z_]\w*)=(?P<value>[^\s\"']{4,})")


_UNIT_LINE = re.compile(
    rb"^(?P<what>Environment|PassEnvironment|SetCredential|ExecStart\w*)[ \t]*=(?P<rest>[^\n]*)$", re.MULTILINE
)


def systemd_unit(text: Text) -> Iterator[Field]:
    """``Environment=`` assignments, ``SetCredential=`` values, secrets on the command line of a unit."""
    if not text.name.endswith(
        (".service", ".socket", ".timer", ".conf", ".container", ".service.j2", ".service.tpl", ".service.tmpl")
    ):
        return
    for line in _UNIT_LINE.finditer(text.raw):
        if line["what"] == b"SetCredential":
            name, _, value = line["rest"].partition(b":")
            start = line.start("rest") + len(name) + 1
            yield Field(name.decode("utf-8", "replace"), value.decode("utf-8", "replace"), start, start + len(value))
            continue
        for found in _UNIT.finditer(text.raw, line.start("rest"), line.end("rest")):
            if is_secret_name(found["key"].decode()):
                yield field_of(found)


_INI = re.compile(
    rb"^[ \t]*(?P<key>[\w./:@-]+)[ \t]*[=:][ \t]*(?P<quote>[\"']?)(?P<value>[^\s\"'#;][^\n\"']*?)(?P=quote)[ \t]*\r?$",
    re.MULTILINE,
)


_INI_FILES = (
    "*.ini",
    "*.cfg",
    "*.conf",
    "*.cnf",
    "*.properties",
    "*.toml",
    ".npmrc",
    ".pypirc",
    ".my.cnf",
    "*.credentials",
    "credentials",
    "*.config",
    "*.j2",
    "*.tpl",
    "*.tmpl",
    ".s3cfg",
    ".boto",
    "*.secrets",
)


def ini(text: Text) -> Iterator[Field]:
    """``name = value`` in configuration files, quotes optional."""
    if matches_any(text.path, _INI_FILES):
        for found in _INI.finditer(text.raw):
            if may_be_secret_name(found["key"].decode()):
                yield field_of(found)


_DOCKERFILE = re.compile(
    rb"^[ \t]*(?:ENV|ARG)[ \t]+(?P<key>[A-Za-z_]\w*)(?:=|[ \t]+)[\"']?(?P<value>[^\s\"']{4,})", re.MULTILINE
)


def dockerfile(text: Text) -> Iterator[Field]:
    """``ENV`` and ``ARG`` with a value: they stay in the image's history."""
    if "dockerfile" in text.name or "containerfile" in text.name:
        for found in _DOCKERFILE.finditer(text.raw):
            if may_be_secret_name(found["key"].decode()):
                yield field_of(found)


_HTPASSWD = re.compile(
    rb"^(?P<key>[\w.@-]+):(?P<value>(?:\$apr1\$|\$2[aby]\$|\{SHA\}|\$[156]\$)[^\s:]{20,})", re.MULTILINE
)


def htpasswd(text: Text) -> Iterator[Field]:
    if "htpasswd" in text.name or text.name in ("shadow", "passwd"):
        for found in _HTPASSWD.finditer(text.raw):
            yield field_of(found)


_XML = re.compile(
    rb"<(?P<tag>[\w.:-]+)(?P<attributes>(?:\s[^<>]{0,200})?)>\s*(?P<value>[^<>\s](?:[^<>\n]{4,198}[^<>\s]))\s*</(?P=tag)>"
    rb"|<add[ \t]+key=\"(?P<key2>[\w.:-]+)\"[ \t]+value=\"(?P<value2>[^\"\n]{6,200})\""
)
_NAMED = re.compile(rb"\b(?:name|key|id)=[\"'](?P<key>[\w.:-]+)[\"']")


def xml(text: Text) -> Iterator[Field]:
    """Maven settings, NuGet and .NET configurations, Hibernate properties, Android resources."""
    if not text.name.endswith((".xml", ".config", ".plist", ".csproj", ".props", ".xml.j2", ".xml.dist")):
        return
    for found in _XML.finditer(text.raw):
        one = field_of(found, "tag") if found["tag"] else field_of(found, "key2", "value2")
        if found["attributes"] and (named := _NAMED.search(found["attributes"])):
            one = Field(named["key"].decode(), one.value, one.start, one.end)
        if may_be_secret_name(one.key):
            yield one
