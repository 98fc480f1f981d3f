"""What ``checks.changes`` takes in a manifest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field


class Live(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Gitea server that is asked while the check runs; it is only read."""

    url: Annotated[str, Meta(description="https://git.example.org", pattern=r"^https?://")]
    repo: Annotated[str, Meta(description="owner/name", pattern=r"^[\w.-]+/[\w.-]+$")]
    pull: Annotated[str, Meta(description="the environment variable that holds the pull request's number")] = (
        "PR_NUMBER"
    )
    token: Annotated[str, Meta(description="the environment variable that holds a token with read scopes")] = (
        "GITEA_TOKEN"  # noqa: S105
    )


class ChangesOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which change is judged, and where the server's word on it comes from."""

    base: Annotated[str | None, Meta(description="the branch it goes to; origin/main or main")] = None
    data: Annotated[str | None, Meta(description="folder of recorded API answers (pull.json, reviews.json, ...)")] = (
        None
    )
    live: Annotated[Live | None, Meta(description="ask the server instead")] = None
    committed: Annotated[
        bool, Meta(description="the data may be committed: for examples, since who writes it writes the reviews")
    ] = False
    critical: Annotated[
        list[str], Meta(description="more security-critical paths, as globs; ** in a critical repo")
    ] = []
    reviewers: Annotated[int, Meta(ge=2, description="people who must approve a critical change")] = 2
    approvals: Annotated[int, Meta(ge=1, description="approvals that the branch protection must demand")] = 1
    security: Annotated[list[str], Meta(min_length=1, description="statuses of the security suite, as globs")] = field(
        default_factory=lambda: ["*security*"]
    )
    bots: Annotated[list[str], Meta(description="more accounts that are no person")] = []
    hotfix_hours: Annotated[int, Meta(ge=1, description="how long a hotfix may stay out of main")] = 48
