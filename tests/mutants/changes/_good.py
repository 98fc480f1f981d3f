"""A reviewed change of a critical file in a git repo of its own, with the server's answers recorded beside it."""

import json
import os
import subprocess
from copy import deepcopy
from pathlib import Path

ANN, BEN, CLEO, DAN = ({"login": n, "id": i, "email": f"{n}@example.org", "full_name": f"{n.title()} Person"}
                       for i, n in enumerate(("ann", "ben", "cleo", "dan"), 11))  # fmt: skip
ACTIONS = {"login": "gitea-actions", "id": -2}
CRITICAL = "safety-wrapper/gate.ts"

BASE = {
    CRITICAL: "export const gate = 1;\n",
    "egress-proxy/proxy.ts": "export const proxy = 1;\n",
    "provisioner/scripts/credentials.sh": "echo rotate\n",
    "src/app.ts": "export const app = 1;\n" * 20,
    "CODEOWNERS": "(safety-wrapper|egress-proxy)/.* @ben @cleo @dan\nprovisioner/scripts/credentials.* @ben @org/security\n",
    "letsbe.yaml": "version: 1\npackage: hub\n",
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    ".gitea/workflows/pr-checks.yml": "on: [pull_request]\n",
    ".gitignore": "recorded/\n",
}
PROTECTION = {
    "rule_name": "main", "enable_push": False, "enable_force_push": False, "required_approvals": 2, "enable_status_check": True,
    "status_check_contexts": ["pr-checks / verdict (pull_request)"], "block_on_rejected_reviews": True,
    "block_on_outdated_branch": True, "dismiss_stale_approvals": True, "ignore_stale_approvals": False,
    "block_admin_merge_override": True, "unprotected_file_patterns": "", "enable_push_whitelist": False,
    "push_whitelist_usernames": [], "push_whitelist_teams": [], "push_whitelist_deploy_keys": False,
}  # fmt: skip


def review(user, sha, state="APPROVED", **more):
    return {"user": user, "state": state, "commit_id": sha, "official": True, "stale": False, "dismissed": False,
            "submitted_at": "2026-01-02T10:00:00Z", **more}  # fmt: skip


def status(context, sha, **more):
    return {"context": context, "status": "success", "creator": ACTIONS, "url": f"https://git.example/statuses/{sha}",
            "target_url": "/hub/actions/runs/7/jobs/0", "created_at": "2026-01-02T09:00:00Z", **more}  # fmt: skip


def answers(sha):
    """What a server would say of the good change."""
    merged = {"sha": "c" * 40, "pull": 4, "user": ANN, "head_sha": "d" * 40, "reviews": [review(BEN, "d" * 40)],
              "statuses": [status("pr-checks / verdict (pull_request)", "d" * 40)], "merge_style": "squash", "merged_by": BEN}  # fmt: skip
    return {
        "pull": {"number": 5, "user": ANN, "head": {"sha": sha, "ref": "gate"}, "base": {"ref": "main"}},
        "reviews": [review(BEN, sha), review(CLEO, sha)],
        "commits": [{"sha": sha, "author": ANN, "committer": ANN, "commit": {
            "message": "Tighten the gate", "author": {"name": "Ann Person", "email": "ann@example.org"}}}],
        "statuses": [status(f"pr-checks / {name} (pull_request)", sha) for name in ("security-scan", "verdict")],
        "branch_protections": [deepcopy(PROTECTION)],
        "users": [ANN, BEN, CLEO, DAN],
        "teams": [{"name": "security", "members": [CLEO, DAN]}],
        "runs": [{"run_number": 7, "head_sha": sha, "event": "pull_request"}],
        "history": [merged],
    }  # fmt: skip


def git(folder, *arguments, date="2026-01-01T00:00:00Z"):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    who = ("-c", "user.name=Ann Person", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false",
           "-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c", "core.symlinks=true")  # fmt: skip
    ran = subprocess.run(["git", "-C", str(folder), *who, *arguments], env=environment, check=True, capture_output=True)
    return ran.stdout.decode().strip()


def commit(folder, files, message="change", date="2026-01-01T00:00:00Z"):
    """Write, delete (None) or link ("->target") files, and commit them; the id of the commit."""
    for path, text in files.items():
        place = Path(folder) / path
        if place.is_symlink() or (text is None and place.exists()):
            place.unlink()
            if not any(place.parent.iterdir()):
                place.parent.rmdir()
        if text is not None:
            place.parent.mkdir(parents=True, exist_ok=True)
            if text.startswith("->"):
                place.unlink(missing_ok=True)
                place.symlink_to(text[2:])
            else:
                place.write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message, date=date)
    return git(folder, "rev-parse", "HEAD")


def build(folder, change=None, edit=None, base=None, after=None, **options):
    """A repo whose main has ``base``, a branch with ``change``, and recorded answers that ``edit`` alters."""
    git(folder, "init", "-q", "-b", "main")
    commit(folder, {**BASE, **(base or {})}, "base")
    git(folder, "switch", "-q", "-c", "gate")
    sha = commit(folder, {CRITICAL: "export const gate = 2;\n"} if change is None else change)
    data = answers(sha)
    if edit:
        edit(data, sha)
    (Path(folder) / "recorded").mkdir(exist_ok=True)
    for name, answer in data.items():
        (Path(folder) / "recorded" / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")
    if after:
        after(folder)
    return {"base": "main", "data": "recorded", **options}
