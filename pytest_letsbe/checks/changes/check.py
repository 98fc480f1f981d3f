"""changes: a change was reviewed, tested and merged as the strategy asks."""

from __future__ import annotations

from collections.abc import Callable

from ...model import Case, CheckFailure, Invariant, NotEvaluated, Spec, UsageError
from ...targets.base import Target
from . import history, protection, reviews
from .judged import Judged
from .options import ChangesOptions


def _known(judged: Judged) -> None:
    judged.trust()
    if not judged.change.heads:
        raise NotEvaluated("the change has no commit")


_RULES: tuple[tuple[Invariant, Callable[[Judged], None]], ...] = (
    (
        Invariant(
            "liveness",
            "The change is known, and the server's data is of its last commit and not part of it.",
            "without data nothing is passed",
        ),
        _known,
    ),
    (
        Invariant(
            "security-suite",
            "A change of a security-critical path has the security suite's success, run by the server for this commit.",
            "CG01; strategy: security-critical paths need the security suite",
        ),
        reviews.security_suite,
    ),
    (
        Invariant(
            "two-reviewers",
            "A change of a security-critical path is approved, as it stands, by two people who wrote none of it.",
            "CG02; OpenSSF Scorecard Code-Review",
        ),
        reviews.two_reviewers,
    ),
    (
        Invariant(
            "no-standing-rejection", "Nobody's request for changes is open.", "CG02; Gitea block_on_rejected_reviews"
        ),
        reviews.no_rejection,
    ),
    (
        Invariant(
            "protected-branch",
            "The branch lets nobody force a merge, push past reviews, or merge on stale approvals or without statuses.",
            "CG03; OpenSSF Scorecard Branch-Protection",
        ),
        protection.protected_branch,
    ),
    (
        Invariant(
            "code-owners",
            "CODEOWNERS gives every security-critical file to two people whose accounts are open.",
            "CG04; Gitea reads regular expressions where GitHub reads globs",
        ),
        protection.code_owners,
    ),
    (
        Invariant(
            "gate-files-reviewed",
            "A change of the gate itself (workflows, manifest, policy, owners, lock files) has two reviewers too.",
            "CG05; ci.md 2.1: a pull request that edits its own gate",
        ),
        reviews.gate_files,
    ),
    (
        Invariant(
            "trusted-statuses",
            "Every demanded status is a success that the server's own runner posted for this commit.",
            "CG01; policy-bot: commit statuses can be forged by any writer",
        ),
        reviews.trusted_statuses,
    ),
    (
        Invariant(
            "history-reviewed",
            "Every commit on the protected branch came by a pull request that was approved and green.",
            "CG06; strategy: no force merge",
        ),
        history.history_reviewed,
    ),
    (
        Invariant(
            "hotfix-merged-back", "Hotfixes and release tags are in main in time.", "CG07; strategy: hotfix merged back"
        ),
        history.hotfix_merged_back,
    ),
    (
        Invariant("no-manual-merge", "No pull request was marked as merged by hand.", "CG08"),
        history.no_manual_merge,
    ),
    (
        Invariant(
            "release-tag-names",
            "Release tags are <hub|safety|provisioner>/vX.Y.Z, and nothing else looks like one.",
            "PL20; strategy: release tags",
        ),
        history.release_tags,
    ),
)


class ChangesCheck:
    """See ``checks.base.Check``."""

    name = "changes"
    role: str | None = None
    options = ChangesOptions
    invariants: tuple[Invariant, ...] = tuple(invariant for invariant, _ in _RULES)
    preconditions = frozenset({"liveness"})

    def cases(self, spec: Spec) -> list[Case]:
        """One case for each invariant: it is one change that is judged."""
        options: ChangesOptions = spec.options
        if options.data and options.live:
            raise UsageError("changes takes data or live, not both", spec.location)
        judged = Judged(spec)
        return [Case(self.name, i.id, "change", spec.location, data=(judged, judge)) for i, judge in _RULES]

    def run(self, case: Case, target: Target | None = None) -> None:
        judged, judge = case.data
        try:
            judge(judged)
        except UsageError as error:
            raise CheckFailure(f"the data can't be read: {error}") from None
