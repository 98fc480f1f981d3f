"""What each figure means and who says so: the words of the page, of its JSON twin and of docs/metrics.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["duration", "share", "count"]


@dataclass(frozen=True, slots=True)
class Definition:
    """``of`` is what n counts; ``feed`` says where the data comes from, for a reader who sees none."""

    id: str
    title: str
    kind: Kind
    of: str
    text: str
    source: str
    feed: str


CYCLE_TIME = Definition(
    "pr-cycle-time",
    "Median PR cycle time",
    "duration",
    "merged pull requests",
    "From the moment a pull request is opened to its merge, by the week of the merge. A draft counts from its opening:"
    " the API doesn't tell when it became ready.",
    "The part of DORA's lead time for changes that review can shorten; DORA, “Software delivery performance metrics”.",
    "Gitea's API, pulls: created_at and merged_at.",
)
FLAKY_RATE = Definition(
    "flaky-rate",
    "Flaky test rate",
    "share",
    "cases of a commit",
    "A case is flaky at a commit when runs of the same package, commit and profile both failed and passed it, or one"
    " run passed it only when retried, even if that run was green. The rate is flaky ones of all (case, commit) that"
    " passed or failed, by the week of the first run. A commit that ran once can show it only by a retry.",
    "Same commit, differing results: Google, “Flaky Tests at Google and How We Mitigate Them” (2016: about 1.5 % of"
    " runs).",
    "letsbe reports (--letsbe-report).",
)
FAILURE_RATE = Definition(
    "change-failure-rate",
    "Change failure rate",
    "share",
    "production deployments",
    "Deployments to production that were rolled back or needed a hotfix, of all deployments to production, by the week"
    " of the deployment. A week's rate can still rise later.",
    "DORA, “Software delivery performance metrics”: change fail rate.",
    "Events deploy and rollback; a hotfix is a deploy that fixes another.",
)
ROLLBACK_TIME = Definition(
    "time-to-rollback",
    "Time to rollback",
    "duration",
    "rollbacks",
    "From the moment a rollout crossed its halt threshold until the last tenant was restored, by the week of the end."
    " Both mean and median: one long night moves the mean alone.",
    "DORA, “Software delivery performance metrics”: failed deployment recovery time, for which DORA takes the median.",
    "Events rollback: crossed and at; with started, detection is told apart.",
)
CANARY_ABORTS = Definition(
    "canary-aborts",
    "Canary aborts",
    "count",
    "aborts",
    "Campaigns that were stopped in their canary wave. An abort is a canary doing its work, so fewer is not better by"
    " itself; it is no change failure unless a deployment was rolled back too.",
    "This suite; a stopped rollout is what Argo Rollouts and Flagger call an abort and a rollback.",
    "Events canary-abort.",
)
