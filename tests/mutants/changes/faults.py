"""Changes that got past a gate: each one fact away from the good change."""

import runpy
from pathlib import Path

_GOOD = runpy.run_path(str(Path(__file__).with_name("_good.py")))
_review, _status, _commit, _git = _GOOD["review"], _GOOD["status"], _GOOD["commit"], _GOOD["git"]
_ANN, _BEN, _CLEO, _DAN, _CRITICAL = _GOOD["ANN"], _GOOD["BEN"], _GOOD["CLEO"], _GOOD["DAN"], _GOOD["CRITICAL"]


def _fault(name, expected, sentence, change=None, edit=None, **more):
    def build(folder):
        return _GOOD["build"](folder, change, edit, **more)

    members = {"__doc__": sentence, "__module__": __name__, "expected": expected, "build": staticmethod(build)}
    globals()[name] = type(name, (), members)


def _reviews(*made):
    """An edit that replaces the reviews."""

    def edit(data, sha):
        data["reviews"] = [one(sha) for one in made]

    return edit


def _by(user, **more):
    return lambda sha: _review(user, more.pop("commit_id", sha), **more)


def _field(name, **fields):
    def edit(data, sha):
        rows = data[name] if isinstance(data[name], list) else [data[name]]
        rows[0].update(fields)

    return edit


def _unreviewed(data, sha):
    data["reviews"] = []


def _coauthored(data, sha):
    data["commits"][0]["commit"]["message"] += "\n\nCo-authored-by: Ben Person <ben@example.org>"


# The data itself.
_fault("DataOfAnotherCommit", "liveness", "The recording is of an older push.",
       edit=lambda data, sha: data["pull"]["head"].update(sha="e" * 40))  # fmt: skip
_fault("DataCommitted", "liveness", "The change brings its own reviews.",
       after=lambda folder: _git(folder, "add", "-f", "recorded"))  # fmt: skip

# Paths: none of these is reviewed.
for _name, _change, _sentence in (
    ("CriticalFile", None, "A critical file is changed."),
    ("RenamedAway", {_CRITICAL: None, "src/gate.ts": "export const gate = 1;\n"}, "A critical file is moved out."),
    ("RenamedInto", {"src/app.ts": None, "egress-proxy/app.ts": "export const app = 1;\n" * 20}, "A file is moved in."),
    ("Deleted", {"egress-proxy/proxy.ts": None}, "A critical file is deleted."),
    ("OtherCase", {"Safety-Wrapper/gate.ts": "x\n"}, "A folder differs in case only."),
    ("WideLetters", {"ｓafety-wrapper/gate.ts": "x\n"}, "A folder is spelled in wide letters."),
    ("Credentials", {"provisioner/scripts/credentials-rotate.sh": "x\n"}, "A credentials script is added."),
    ("CredentialsFolder", {"provisioner/scripts/credentials/new.sh": "x\n"}, "A folder of credentials scripts is added."),
    ("InAMonorepo", {"packages/safety-wrapper/src/gate.ts": "x\n"}, "The package lies deeper down."),
    ("BecomesALink", {_CRITICAL: "->../src/app.ts"}, "A critical file becomes a link to a free one."),
    ("FolderBecomesALink", {_CRITICAL: None, "safety-wrapper": "->src"}, "The critical folder becomes a link."),
    ("OddName", {"safety-wrapper/\n\"x\" \t.ts": "x\n"}, "A name needs quoting."),
):  # fmt: skip
    _fault(_name, "two-reviewers", _sentence, _change, _unreviewed)
_fault("BehindALink", "two-reviewers", "The file that a critical link leads to is changed.", {"lib/gate.ts": "x\n"}, _unreviewed,
       base={_CRITICAL: "->../lib/gate.ts", "lib/gate.ts": "y\n"})  # fmt: skip
_fault("OwnGlob", "two-reviewers", "A path that this repo calls critical is changed.", {"src/app.ts": "x\n"}, _unreviewed,
       critical=["src/**"])  # fmt: skip

# Reviews that don't count.
_fault("OneReviewer", "two-reviewers", "One person approved.", edit=_reviews(_by(_BEN)))
_fault("OneReviewerTwice", "two-reviewers", "One person approved twice.", edit=_reviews(_by(_BEN), _by(_BEN)))
_fault("SamePersonOtherCase", "two-reviewers", "One login in two cases.",
       edit=_reviews(_by(_BEN), _by({**_BEN, "login": "Ben"})))  # fmt: skip
_fault("StaleReview", "two-reviewers", "An approval is stale.", edit=_reviews(_by(_BEN), _by(_CLEO, stale=True)))
_fault(
    "OlderCommit",
    "two-reviewers",
    "An approval is of an older commit.",
    edit=_reviews(_by(_BEN), _by(_CLEO, commit_id="a" * 40)),
)
_fault("Dismissed", "two-reviewers", "An approval was dismissed.", edit=_reviews(_by(_BEN), _by(_CLEO, dismissed=True)))
_fault(
    "NotOfficial",
    "two-reviewers",
    "Somebody without write access approved.",
    edit=_reviews(_by(_BEN), _by(_CLEO, official=False)),
)
_fault(
    "BotApproves", "two-reviewers", "A bot approved.", edit=_reviews(_by(_BEN), _by({"login": "review-bot", "id": 30}))
)
_fault(
    "ActionsApproves",
    "two-reviewers",
    "The runner's token approved.",
    edit=_reviews(_by(_BEN), _by({"login": "runner", "id": -2})),
)
_fault("NamedBot", "two-reviewers", "An account that the manifest calls a bot approved.",
       edit=_reviews(_by(_BEN), _by({"login": "merge-o-matic", "id": 31})), bots=["merge-o-matic"])  # fmt: skip
_fault(
    "AuthorApproves", "two-reviewers", "The author approved.", edit=_reviews(_by(_BEN), _by({**_ANN, "login": "ANN"}))
)
_fault("CoAuthorApproves", "two-reviewers", "A co-author approved.", edit=_coauthored)
_fault("CommitterApproves", "two-reviewers", "The committer approved.", edit=_field("commits", committer=_BEN))
_fault("AuthorByMailApproves", "two-reviewers", "A commit's mail is the reviewer's.",
       edit=_field("commits", author=None, commit={"message": "x", "author": {"name": "B", "email": "ben@example.org"}}))  # fmt: skip
_fault(
    "CommentOnly", "two-reviewers", "Two comments, one approval.", edit=_reviews(_by(_BEN), _by(_CLEO, state="COMMENT"))
)
_fault(
    "LaterPending",
    "two-reviewers",
    "A review was asked for, not given.",
    edit=_reviews(_by(_BEN), _by(_CLEO, state="REQUEST_REVIEW")),
)
_fault("ClosedAccount", "two-reviewers", "An approver's account is closed.",
       edit=lambda data, sha: data.update(users=[_ANN, _BEN, {**_CLEO, "active": False}, _DAN]))  # fmt: skip
_fault("RequestsChanges", "no-standing-rejection", "A third person asked for changes.",
       edit=_reviews(_by(_BEN), _by(_CLEO), _by(_DAN, state="REQUEST_CHANGES")))  # fmt: skip
_fault("TookItBack", "no-standing-rejection", "An approver asked for changes later.",
       edit=_reviews(_by(_BEN), _by(_CLEO), _by(_BEN, state="REQUEST_CHANGES", submitted_at="2026-01-03T00:00:00Z")))  # fmt: skip

# The gate itself.
for _name, _path in (
    ("GateWorkflow", ".gitea/workflows/pr-checks.yml"), ("GateManifest", "letsbe.yaml"), ("GatePolicy", "pipeline-policy.yaml"),
    ("GateOwners", "CODEOWNERS"), ("GateLockFile", "pnpm-lock.yaml"), ("GateScript", "scripts/ci/check-banned-references.sh"),
):  # fmt: skip
    _fault(
        _name,
        "gate-files-reviewed",
        f"{_path} is changed with one review.",
        {_path: "# changed\n"},
        _reviews(_by(_BEN)),
    )

# Statuses.
_SECURITY = "pr-checks / security-scan (pull_request)"
_fault("NoSuite", "security-suite", "The security suite never ran.", edit=lambda data, sha: data["statuses"].pop(0))
for _name, _state in (
    ("SuiteFailed", "failure"),
    ("SuiteSkipped", "skipped"),
    ("SuitePending", "pending"),
    ("SuiteWarns", "warning"),
):
    _fault(_name, "security-suite", f"The security suite is {_state}.", edit=_field("statuses", status=_state))
_fault(
    "SuiteForged",
    "security-suite",
    "Somebody posted the suite's status by hand.",
    edit=_field("statuses", creator=_ANN),
)
_fault("SuiteForgedByName", "security-suite", "A user who took the runner's name posted it.",
       edit=_field("statuses", creator={"login": "gitea-actions", "id": 77}))  # fmt: skip
_fault("SuiteRedLater", "security-suite", "A later run of the suite failed.", edit=lambda data, sha: data["statuses"].append(
       _status(_SECURITY, sha, status="failure", created_at="2026-01-02T12:00:00Z")))  # fmt: skip
_fault("SuiteOfAnotherCommit", "security-suite", "The status is of another commit.",
       edit=_field("statuses", url="https://git.example/statuses/" + "b" * 40))  # fmt: skip
_fault("SuiteOfAnotherRun", "security-suite", "The run that it leads to is of another commit.",
       edit=_field("runs", head_sha="b" * 40))  # fmt: skip
_fault("VerdictForged", "trusted-statuses", "The demanded status was posted by hand.",
       edit=lambda data, sha: data["statuses"][1].update(creator=_BEN))  # fmt: skip
_fault("VerdictSkipped", "trusted-statuses", "The demanded status is skipped, which the server lets pass.",
       edit=lambda data, sha: data["statuses"][1].update(status="skipped"))  # fmt: skip
_fault(
    "VerdictMissing",
    "trusted-statuses",
    "Nobody posted the demanded status.",
    edit=lambda data, sha: data["statuses"].pop(1),
)

# The branch.
for _name, _fields, _sentence in (
    ("AdminsMayForce", {"block_admin_merge_override": False}, "Admins may merge what is red."),
    ("ForcePush", {"enable_force_push": True}, "Force pushes are allowed."),
    ("AnybodyPushes", {"enable_push": True}, "Everybody may push."),
    (
        "PersonPushes",
        {"enable_push": True, "enable_push_whitelist": True, "push_whitelist_usernames": ["dan"]},
        "One person may push.",
    ),
    ("NoApproval", {"required_approvals": 0}, "No approval is demanded."),
    ("StaleCounts", {"dismiss_stale_approvals": False}, "Approvals outlive a push."),
    ("RejectionIgnored", {"block_on_rejected_reviews": False}, "A request for changes doesn't block."),
    ("OutdatedMerges", {"block_on_outdated_branch": False}, "Outdated branches are merged."),
    ("StatusesOff", {"enable_status_check": False}, "Statuses aren't demanded."),
    ("NoStatusNamed", {"status_check_contexts": []}, "No status is named."),
    ("FilesUnprotected", {"unprotected_file_patterns": "*.md;safety-wrapper/**"}, "Some files are unprotected."),
    ("OtherBranch", {"rule_name": "develop"}, "The rule is of another branch."),
):
    _fault(_name, "protected-branch", _sentence, edit=_field("branch_protections", **_fields))

# Owners.
_fault("NoOwners", "code-owners", "There is no CODEOWNERS.", base={"CODEOWNERS": "# nobody\n"})
_fault(
    "OneOwner",
    "code-owners",
    "A critical folder has one owner.",
    base={"CODEOWNERS": "safety-wrapper/.* @ben\n.* @ben\n"},
)
_fault(
    "GithubGlobs",
    "code-owners",
    "CODEOWNERS is written for another server.",
    base={"CODEOWNERS": "/safety-wrapper/ @ben @cleo\n"},
)
_fault("OwnerLeft", "code-owners", "An owner's account is closed.", base={"CODEOWNERS": ".* @ben @cleo\n"},
       edit=lambda data, sha: data.update(users=[_ANN, _BEN, {**_CLEO, "active": False}]))  # fmt: skip
_fault("OwnerUnknown", "code-owners", "An owner isn't known here.", base={"CODEOWNERS": ".* @ben @nobody-here\n"})
_fault("EmptyTeam", "code-owners", "The team that owns it has nobody.", base={"CODEOWNERS": ".* @org/security\n"},
       edit=lambda data, sha: data.update(teams=[{"name": "security", "members": [_BEN]}]))  # fmt: skip

# History, hotfixes, tags.
_fault(
    "DirectPush",
    "history-reviewed",
    "A commit came without a pull request.",
    edit=_field("history", pull=None, pusher=_BEN),
)
_fault("ForcedMerge", "history-reviewed", "A pull request was merged while red.",
       edit=lambda data, sha: data["history"][0]["statuses"][0].update(status="failure"))  # fmt: skip
_fault(
    "MergedUnreviewed",
    "history-reviewed",
    "A pull request was merged without a review.",
    edit=_field("history", reviews=[]),
)
_fault(
    "MergedByHand",
    "no-manual-merge",
    "A pull request was marked as merged.",
    edit=_field("history", merge_style="manually-merged"),
)


def _hotfix(folder):
    _git(folder, "branch", "-q", "hotfix/leak", "main")
    _git(folder, "switch", "-q", "hotfix/leak")
    _commit(folder, {"src/app.ts": "fixed\n"}, "Fix the leak")
    _git(folder, "switch", "-q", "gate")


def _tagged_hotfix(folder):
    _hotfix(folder)
    _git(folder, "tag", "hub/v1.2.3", "hotfix/leak")
    _git(folder, "branch", "-q", "-D", "hotfix/leak")


_fault("HotfixForgotten", "hotfix-merged-back", "A hotfix never came back to main.", after=_hotfix)
_fault(
    "HotfixTagForgotten",
    "hotfix-merged-back",
    "A release was made of a hotfix that main doesn't have.",
    after=_tagged_hotfix,
)
_fault(
    "OddTag",
    "release-tag-names",
    "A tag looks like a release and is none.",
    after=lambda folder: _git(folder, "tag", "v1.2.3", "main"),
)
_fault(
    "ShortTag",
    "release-tag-names",
    "A release tag lacks a part.",
    after=lambda folder: _git(folder, "tag", "hub/v1.2", "main"),
)
