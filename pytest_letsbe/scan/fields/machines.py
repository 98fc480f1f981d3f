"""What makes a machine: Terraform's variables and state, cloud-init."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..text import Text
from .base import Field, field_of, is_secret_name, may_be_secret_name, plain_text

_TFSTATE = re.compile(rb"\"(?P<key>[\w.-]+)\"[ \t]*:[ \t]*\"(?P<value>(?:[^\"\\\n]|\\.){6,})\"")


_TF_OUTPUT = re.compile(
    rb"\"(?P<key>[\w-]+)\"[ \t\n]*:[ \t\n]*\{[^{}]*?\"value\"[ \t]*:[ \t]*\"(?P<value>[^\"\n]{6,})\"[^{}]*?\}"
)


def terraform_state(text: Text) -> Iterator[Field]:
    """Attributes named as secrets, a ``random_password``'s result, and outputs marked sensitive."""
    if not (text.name.endswith((".tfstate", ".tfstate.backup")) or b'"terraform_version"' in text.raw):
        return
    for found in _TFSTATE.finditer(text.raw):
        name = found["key"].decode()
        if is_secret_name(name) or name in ("result", "bcrypt_hash", "private_key_pem", "private_key_openssh"):
            yield field_of(found)
    for found in _TF_OUTPUT.finditer(text.raw):
        if b'"sensitive"' in found[0] and not is_secret_name(found["key"].decode()):
            yield field_of(found)


_TFVARS = re.compile(rb"^[ \t]*\"?(?P<key>[\w-]+)\"?[ \t]*=[ \t]*\"(?P<value>[^\"\n]{4,})\"", re.MULTILINE)


_TF_DEFAULT = re.compile(
    rb"variable[ \t]+\"(?P<key>[\w-]+)\"[ \t]*\{[^{}]*?default[ \t]*=[ \t]*\"(?P<value>[^\"\n]{4,})\""
)


def terraform(text: Text) -> Iterator[Field]:
    if not text.name.endswith((".tf", ".tfvars", ".hcl", ".auto.tfvars")):
        return
    for pattern in (_TFVARS, _TF_DEFAULT):
        for found in pattern.finditer(text.raw):
            if may_be_secret_name(found["key"].decode()):
                yield field_of(found)


_CLOUD = re.compile(
    rb"^[ \t]*-?[ \t]*(?P<key>passwd|hashed_passwd|plain_text_passwd|password|psk)[ \t]*:[ \t]*[\"']?(?P<value>[^\s\"'#][^\n\"']*)",  # noqa: E501
    re.MULTILINE,
)


_CHPASSWD = re.compile(rb"chpasswd:[^\n]*\n(?P<block>(?:[ \t]+[^\n]*\n?)+)")


_CHPASSWD_LINE = re.compile(
    rb"^[ \t]+(?:-[ \t]*)?[\"']?(?P<key>[a-z_][\w-]*):(?P<value>[^\s\"':][^\n\"']*)", re.MULTILINE
)


_CONTENT = re.compile(
    rb"^[ \t]*-?[ \t]*content[ \t]*:[ \t]*(?:!!binary[ \t]*)?(?:\|-?[ \t]*\n[ \t]*)?[\"']?(?P<value>[A-Za-z0-9+/\n ]{24,}={0,2})",  # noqa: E501
    re.MULTILINE,
)


_ENV_LINE = re.compile(r"^[ \t]*(?:export )?(\w+)=[\"']?([^\s\"']{4,})", re.MULTILINE)


def cloud_init(text: Text) -> Iterator[Field]:
    """Passwords of users, chpasswd lists, and ``write_files`` whose content is base64."""
    if not re.search(rb"(?m)^#cloud-config|^(?:users|chpasswd|write_files|runcmd):", text.raw):
        return
    for found in _CLOUD.finditer(text.raw):
        yield field_of(found)
    for block in _CHPASSWD.finditer(text.raw):
        for found in _CHPASSWD_LINE.finditer(text.raw, block.start("block"), block.end("block")):
            if found["key"] not in (b"expire", b"name", b"password", b"type", b"list", b"users") and found[
                "value"
            ] not in (b"R", b"RANDOM"):
                yield field_of(found)
    for found in _CONTENT.finditer(text.raw):
        for name, value in _ENV_LINE.findall(plain_text(re.sub(rb"\s", b"", found["value"]).decode()) or ""):
            if is_secret_name(name):
                yield Field(name, value, found.start("value"), found.end("value"))
