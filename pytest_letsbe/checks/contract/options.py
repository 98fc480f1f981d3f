"""What ``checks.contract`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Positive = Annotated[int, Meta(ge=1)]
Share = Annotated[float, Meta(ge=0, le=1)]
Phase = Literal["examples", "coverage", "fuzzing", "stateful"]
Responses = Literal[
    "server-error", "status-code", "content-type", "response-headers", "response-schema", "auth-enforced",
    "negative-data", "positive-data", "missing-header", "unsupported-method", "use-after-free",
    "resource-availability", "object-auth",
]  # fmt: skip


class CoverageOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The least share of the description that must have been exercised."""

    operations: Annotated[Share, Meta(description="operations that were called and answered")] = 0.0
    successes: Annotated[Share, Meta(description="operations that answered a documented 2xx or 3xx")] = 0.0
    statuses: Annotated[Share, Meta(description="documented status codes that were seen (`default` doesn't count)")] = (
        0.0
    )
    parameters: Annotated[Share, Meta(description="documented parameters that were sent")] = 0.0


class BaseOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the old description is; exactly one."""

    git: Annotated[str | None, Meta(description="a commit or branch, such as origin/main; or REF:PATH")] = None
    file: Annotated[str | None, Meta(description="path of the old description")] = None
    url: Annotated[str | None, Meta(description="url of the old description")] = None


class ContractOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which description is proven, on which server, against which consumers."""

    spec: Annotated[str, Meta(description="the OpenAPI description, relative to the manifest")]
    target: Annotated[
        str | None, Meta(description="name under targets; `api` where there is one. A consumer needs none")
    ] = None
    base: Annotated[BaseOptions | None, Meta(description="the old description, for breaking changes")] = None
    max_unknown: Annotated[int, Meta(ge=0, description="changes that may stay unjudged")] = 0
    consumers: Annotated[list[str], Meta(description="globs of Pact files of those who use this API")] = []
    judge: Annotated[
        Literal["everyone", "consumers"],
        Meta(description="`consumers`: a break that reaches none of their recorded interactions is a note"),
    ] = "everyone"
    config: Annotated[
        str | None, Meta(description="schemathesis.toml with auth and headers; the one beside the manifest")
    ] = None
    phases: Annotated[list[Phase] | None, Meta(description="of the generated requests; by profile when left out")] = (
        None
    )
    checks: Annotated[
        list[Responses], Meta(description="further checks of responses: negative-data, use-after-free, ...")
    ] = []
    max_examples: Annotated[Positive | None, Meta(description="generated requests of each operation and phase")] = None
    seed: Annotated[int, Meta(ge=0, description="of generated requests; fixed in the pr profile")] = 0
    exclude: Annotated[
        list[str], Meta(description="operations that aren't called: `POST /shutdown`, `/internal/*`")
    ] = []
    coverage: Annotated[CoverageOptions, Meta(description="what must have been exercised")] = CoverageOptions()
