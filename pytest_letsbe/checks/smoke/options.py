"""What ``checks.smoke`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Mode = Annotated[str, Meta(pattern="^0?[0-7]{3,4}$", description='octal text: "0640"')]
Path = Annotated[str, Meta(pattern="^/", description="absolute, as the provisioner sees it")]


class Expect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a finished run leaves: files must be there, services and ports are all that there may be."""

    files: Annotated[dict[Path, Mode], Meta(description="path: mode of files and folders that must be there")] = {}
    services: Annotated[list[str], Meta(description="units that are written or enabled: hub.service")] = []
    ports: Annotated[
        list[Annotated[int, Meta(ge=1, le=65535)]], Meta(description="ports that are listened on, TCP or UDP")
    ] = []


class SmokeOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the provisioner is started inside the disposable root, and what it must leave there."""

    run: Annotated[list[str], Meta(min_length=1, description="the provisioner, from the manifest's folder")]
    env: Annotated[dict[str, str], Meta(description="its environment, beside PATH, HOME and LANG")] = {}
    expect: Expect = Expect()
    secrets: Annotated[
        list[str], Meta(description="variables that carry a secret in (ours is made up), or files it makes (absolute)")
    ] = []
    stubs: Annotated[
        list[Annotated[str, Meta(pattern=r"^[\w.+-]+$")]],
        Meta(description="commands that only succeed inside: docker, apt-get, ufw"),
    ] = []
    timeout: Annotated[float, Meta(gt=0, le=600, description="seconds that one run may take")] = 60.0
