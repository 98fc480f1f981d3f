"""Changes that went the right way: a gate that stops one of them is wrong."""

import runpy
from pathlib import Path

_GOOD = runpy.run_path(str(Path(__file__).with_name("_good.py")))
_review, _BEN, _CLEO, _DAN = _GOOD["review"], _GOOD["BEN"], _GOOD["CLEO"], _GOOD["DAN"]


class CriticalAndReviewed:
    """A critical change with two reviewers and a green security suite."""

    expected = None

    @staticmethod
    def build(folder):
        return _GOOD["build"](folder)


class PlainWithOneReviewer:
    """A change beside the critical paths, with one reviewer and no security suite."""

    expected = None

    @staticmethod
    def build(folder):
        def edit(data, sha):
            data["reviews"] = [_review(_BEN, sha)]
            data["statuses"].pop(0)

        return _GOOD["build"](folder, {"src/app.ts": "x\n", "docs/safety-wrapper.md": "about it\n"}, edit)


class RejectedThenApproved:
    """A reviewer asked for changes, got them, and approved; another comments after approving."""

    expected = None

    @staticmethod
    def build(folder):
        def edit(data, sha):
            early, late = "2026-01-01T10:00:00Z", "2026-01-03T10:00:00Z"
            data["reviews"] = [
                _review(_BEN, "a" * 40, "REQUEST_CHANGES", stale=True, submitted_at=early),
                _review(_BEN, sha, submitted_at=late),
                _review(_CLEO, sha),
                _review(_CLEO, sha, "COMMENT", submitted_at=late),
                _review(_DAN, "a" * 40, "REQUEST_CHANGES", dismissed=True),
            ]

        return _GOOD["build"](folder, None, edit)


class ReleasedAndMergedBack:
    """Release tags, a hotfix that is in main, and a bot that may push."""

    expected = None

    @staticmethod
    def build(folder):
        def after(folder):
            for name in ("hub/v1.0.0", "safety/v2.10.3", "nightly"):
                _GOOD["git"](folder, "tag", "-a", "-m", name, name, "main")
            _GOOD["git"](folder, "branch", "hotfix/done", "main")

        def edit(data, sha):
            rule = data["branch_protections"][0]
            rule.update(enable_push=True, enable_push_whitelist=True, push_whitelist_usernames=["renovate-bot"])
            rule.update(rule_name="ma*", dismiss_stale_approvals=False, ignore_stale_approvals=True)

        return _GOOD["build"](folder, None, edit, after=after)


class RecordedDiff:
    """A recording with its own diff, as an example in a repo of another history has it."""

    expected = None

    @staticmethod
    def build(folder):
        import json

        sha = "f" * 40
        data = _GOOD["answers"](sha)
        data["refs"] = {"now": "2026-01-05T00:00:00Z", "branches": [
            {"name": "hotfix/today", "committed_at": "2026-01-04T20:00:00Z", "merged": False}],
            "tags": [{"name": "hub/v1.0.0", "committed_at": "2026-01-01T00:00:00Z", "merged": True}]}  # fmt: skip
        (Path(folder) / "gitea").mkdir()
        for name, answer in data.items():
            (Path(folder) / "gitea" / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")
        line = f":100644 100644 {'1' * 40} {'2' * 40} M\tsafety-wrapper/gate.ts\n"
        (Path(folder) / "gitea" / "diff.raw").write_text(line, encoding="utf-8")
        (Path(folder) / "CODEOWNERS").write_text(_GOOD["BASE"]["CODEOWNERS"], encoding="utf-8")
        return {"data": "gitea", "committed": True}
