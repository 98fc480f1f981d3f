"""Docker and Kubernetes: registry credentials, kubeconfigs, Secrets, and the environment in any YAML file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..text import Text
from .base import Field, field_of, may_be_secret_name, plain_text

_DOCKER_AUTH = re.compile(
    rb"\\?\"(?P<key>auth|identitytoken|registrytoken)\\?\"[ \t\r\n]*:[ \t\r\n]*\\?\"(?P<value>[^\"\\\n]{8,})"
)


def docker_config(text: Text) -> Iterator[Field]:
    """``auths.*.auth`` is base64 of user:password."""
    if re.search(rb"\\?\"auths\\?\"", text.raw) is None:
        return
    for found in _DOCKER_AUTH.finditer(text.raw):
        one = field_of(found)
        if one.key != "auth":
            yield one
        elif plain := plain_text(one.value):
            user, colon, password = plain.partition(":")
            if colon and password and user:
                yield Field("password", password, one.start, one.end)


_KUBECONFIG = re.compile(
    rb"^[ \t-]*[\"']?(?P<key>client-key-data|token|password|id-token|refresh-token|access-token)[\"']?[ \t]*:[ \t]*[\"']?(?P<value>[^\s\"'#]{6,})",  # noqa: E501
    re.MULTILINE,
)


def kubeconfig(text: Text) -> Iterator[Field]:
    if b"clusters:" not in text.raw or b"users:" not in text.raw:
        return
    for found in _KUBECONFIG.finditer(text.raw):
        yield field_of(found)


_YAML_PAIR = re.compile(
    rb"^(?P<indent>[ ]*)(?:-[ ]+)?[\"']?(?P<key>[\w./-]+)[\"']?[ \t]*:(?:[ \t]+(?P<quote>[\"']?)(?P<value>[^\n]*?)(?P=quote))?[ \t]*(?:[ \t]#[^\n]*)?\r?$",  # noqa: E501
    re.MULTILINE,
)


def kubernetes_secret(text: Text) -> Iterator[Field]:
    """``data`` is base64, ``stringData`` is plain; both below ``kind: Secret``. Keys don't matter: all of it is secret."""  # noqa: E501
    for document in _documents(text.raw):
        if not re.search(rb"^kind:[ \t]*[\"']?Secret[\"']?[ \t]*$", text.raw[slice(*document)], re.MULTILINE):
            continue
        section, depth = "", 0
        for found in _YAML_PAIR.finditer(text.raw, *document):
            indent, key = len(found["indent"]), found["key"].decode()
            if section and indent <= depth:
                section = ""
            if key in ("data", "stringData") and not found["value"]:
                section, depth = key, indent
            elif section and found["value"]:
                yield from _secret_entry(field_of(found), section)


def _secret_entry(one: Field, section: str) -> Iterator[Field]:
    value = one.value if section == "stringData" else plain_text(one.value)
    if (
        value
        and len(value) >= 4
        and re.search(r"(?i)user(?:name)?$|host$|port$|^ca\.crt$|^tls\.crt$|database$", one.key) is None
    ):
        yield Field(one.key, value, one.start, one.end)


_LIST_ENV = re.compile(rb"^[ \t]*-[ \t]+[\"']?(?P<key>[A-Za-z_]\w*)=(?P<value>[^\n\"']{4,})", re.MULTILINE)


_MAP_ENV = re.compile(
    rb"^[ \t]*(?:-[ \t]+)?[\"']?(?P<key>[A-Za-z_][\w.-]*)[\"']?[ \t]*:[ \t]+(?P<quote>[\"']?)(?P<value>[^\n\"'#{\[|>&*!][^\n\"']*?)(?P=quote)[ \t]*(?:[ \t]#[^\n]*)?\r?$",  # noqa: E501
    re.MULTILINE,
)


_NAME_VALUE = re.compile(
    rb"^[ \t]*-?[ \t]*name[ \t]*:[ \t]*[\"']?(?P<key>[\w.-]+)[\"']?[ \t]*\n[ \t]*value[ \t]*:[ \t]*[\"']?(?P<value>[^\n\"'{]{4,})",  # noqa: E501
    re.MULTILINE,
)


def yaml_env(text: Text) -> Iterator[Field]:
    """compose, Kubernetes, workflows, Ansible: ``- KEY=value``, ``KEY: value``, ``name:`` with ``value:`` below."""
    if not text.name.endswith(
        (".yml", ".yaml", ".yml.j2", ".yaml.j2", ".yml.tpl", ".yaml.tpl", ".yml.tmpl", ".yaml.tmpl")
    ):
        return
    for pattern in (_LIST_ENV, _MAP_ENV, _NAME_VALUE):
        for found in pattern.finditer(text.raw):
            if may_be_secret_name(found["key"].decode()):
                yield field_of(found)


def _documents(raw: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    for border in re.finditer(rb"^---[ \t]*$", raw, re.MULTILINE):
        yield start, border.start()
        start = border.end()
    yield start, len(raw)
