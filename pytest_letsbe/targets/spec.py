"""How a manifest describes a target: one of ``run``, ``python``, ``url``, ``start``, ``reference``, ``via``."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, field

Seconds = Annotated[float, Meta(gt=0, le=3600)]


class TargetSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One entry of ``targets``.

    Exactly one of ``run``, ``python``, ``reference``, ``start``, ``via`` or a bare ``url`` says how it is reached;
    ``start`` needs ``url``.
    """

    run: Annotated[
        list[str] | None,
        Meta(description="argv of a process that speaks JSON lines on stdio; {state} is a folder kept across restarts"),
    ] = None
    python: Annotated[
        str | None, Meta(description="module:attribute, an object, function or zero-argument factory")
    ] = None
    reference: Annotated[str | None, Meta(description="an embedded reference, such as `correct`; not your code")] = None
    start: Annotated[
        list[str] | None, Meta(description="argv of a server; {port} {policy} {dns} {ca} {state} are filled in")
    ] = None
    url: Annotated[str | None, Meta(description="base url of a server; POST <url>/<op>")] = None
    ready: Annotated[str | None, Meta(description="path that answers 2xx once a started server is ready")] = None
    timeout: Annotated[Seconds, Meta(description="seconds to become ready, and to answer one request")] = 20.0
    cwd: Annotated[str | None, Meta(description="working folder, relative to the manifest")] = None
    via: Annotated[str | None, Meta(description="a way to reach it that another package registered")] = None
    options: Annotated[dict[str, Any], Meta(description="what `via` takes")] = field(name="with", default_factory=dict)
    env: Annotated[dict[str, str] | None, Meta(description="variables added to the environment")] = None
