"""What a change is judged by: git, the server's answers, and nothing else."""

import json
import runpy
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest

from pytest_letsbe.checks import Checks
from pytest_letsbe.checks.changes.diff import covered, paths_of
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import CheckFailure, Location, NotEvaluated, Spec

GOOD = runpy.run_path(str(data_dir("mutants") / "changes" / "_good.py"))


def outcomes(folder, **options):
    """Invariant to ``passed``, or what was raised."""
    check = Checks()["changes"]
    found = {}
    for case in check.cases(Spec("changes", msgspec.convert(options, check.options), folder, Location("letsbe.yaml"))):
        try:
            check.run(case)
            found[case.invariant] = "passed"
        except (CheckFailure, NotEvaluated) as raised:
            found[case.invariant] = raised
    return found


def test_without_data_nothing_of_the_server_passes(tmp_path):
    GOOD["build"](tmp_path)
    found = outcomes(tmp_path, base="main")
    passed = {name for name, outcome in found.items() if outcome == "passed"}
    assert passed == {"hotfix-merged-back", "release-tag-names"}  # git alone tells these
    assert all(isinstance(found[name], NotEvaluated) for name in found.keys() - passed)


@pytest.mark.parametrize("name", ["pull", "reviews", "commits", "statuses", "branch_protections", "users", "history"])
def test_a_missing_answer_leaves_its_rules_unjudged_and_fails_none(name, tmp_path):
    options = GOOD["build"](tmp_path)
    (tmp_path / "recorded" / f"{name}.json").unlink()
    found = outcomes(tmp_path, **options)
    assert any(isinstance(outcome, NotEvaluated) for outcome in found.values())
    assert not any(isinstance(outcome, CheckFailure) for outcome in found.values())


def test_outside_git_the_change_is_not_evaluated(tmp_path):
    assert isinstance(outcomes(tmp_path)["liveness"], NotEvaluated)


def test_the_merge_commit_of_a_pull_request_is_its_change(tmp_path):
    options = GOOD["build"](tmp_path)
    GOOD["git"](tmp_path, "switch", "-q", "main")
    GOOD["commit"](tmp_path, {"src/other.ts": "x\n"}, "meanwhile")
    GOOD["git"](tmp_path, "switch", "-q", "-c", "pull", "main")
    GOOD["git"](tmp_path, "merge", "-q", "--no-ff", "-m", "merge", "gate")
    assert outcomes(tmp_path, **options)["liveness"] == "passed"


@pytest.mark.parametrize("name", ["pull", "reviews", "statuses", "branch_protections", "users", "history"])
def test_answers_of_an_odd_shape_pass_nothing_they_should_tell(name, tmp_path):
    options = GOOD["build"](tmp_path)
    for text in ("{", "[1, null]", '"x"', "{}", '{"message": "Not Found"}', "[[]]"):
        (tmp_path / "recorded" / f"{name}.json").write_text(text)
        assert any(outcome != "passed" for outcome in outcomes(tmp_path, **options).values()), text


def test_the_caller_s_git_settings_change_nothing(tmp_path, monkeypatch):
    config = tmp_path / "gitconfig"
    config.write_text(
        "[diff]\n\trenames = copies\n\tnoprefix = true\n\texternal = false\n[core]\n\tquotepath = true\n[color]\n\tui = always\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "/bin/false")
    folder = tmp_path / "repo"
    folder.mkdir()
    options = GOOD["build"](folder, {GOOD["CRITICAL"]: None, "src/gäte.ts": "export const gate = 1;\n"})
    assert set(outcomes(folder, **options).values()) == {"passed"}
    (folder / "recorded" / "reviews.json").write_text("[]")
    assert "safety-wrapper/gate.ts is security-critical" in str(outcomes(folder, **options)["two-reviewers"])


@pytest.mark.parametrize(
    ("path", "is_critical"),
    [
        ("safety-wrapper", True),
        ("safety-wrapper/a/b.ts", True),
        ("apps/egress-proxy/x", True),
        ("provisioner/scripts/credentials", True),
        ("provisioner/scripts/credentials_rotate.py", True),
        ("provisioner/scripts/other.sh", False),
        ("docs/safety-wrapper.md", False),
        ("my-safety-wrapper/x", False),
    ],
)
def test_what_the_critical_globs_name(path, is_critical):
    assert covered(path, ("safety-wrapper/", "egress-proxy/", "provisioner/scripts/credentials*")) is is_critical


def test_names_with_any_character_are_read():
    raw = b":100644 100644 " + b"1" * 40 + b" " + b"2" * 40 + b" M\0a\n\t:b\0"
    assert paths_of(raw) == ("a\n\t:b",)


class Server:
    """The few paths of Gitea's API that are read, in pages of two."""

    def __init__(self, answers, sha):
        self.asked = []
        paths = {
            "pulls/5": answers["pull"], "pulls/5/reviews": answers["reviews"], "pulls/5/commits": answers["commits"],
            f"commits/{sha}/statuses": answers["statuses"], "branch_protections": answers["branch_protections"],
            "collaborators": answers["users"],
        }  # fmt: skip
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path, _, query = self.path.partition("?")
                asked.append((path, self.headers.get("Authorization")))
                answer = paths.get(path.removeprefix("/api/v1/repos/letsbe/hub/"))
                if answer is None:
                    self.send_response(404)
                    self.end_headers()
                    return
                page = int(query.rpartition("page=")[2] or 1)
                part = answer[2 * page - 2 : 2 * page] if isinstance(answer, list) else answer
                body = json.dumps(part).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


def test_a_live_server_is_asked_page_by_page_with_the_token(tmp_path, monkeypatch):
    GOOD["build"](tmp_path)
    sha = GOOD["git"](tmp_path, "rev-parse", "HEAD")
    server = Server(GOOD["answers"](sha), sha)
    monkeypatch.setenv("PR_NUMBER", "5")
    monkeypatch.setenv("GITEA_TOKEN", "not-a-real-one")
    try:
        found = outcomes(tmp_path, base="main", live={"url": server.url, "repo": "letsbe/hub"})
    finally:
        server.http.shutdown()
        server.http.server_close()
    for name in ("liveness", "security-suite", "two-reviewers", "protected-branch", "trusted-statuses"):
        assert found[name] == "passed", found[name]
    assert isinstance(found["history-reviewed"], NotEvaluated)
    assert {token for _, token in server.asked} == {"token not-a-real-one"}


def test_a_server_that_is_gone_leaves_the_check_not_evaluated(tmp_path, monkeypatch):
    GOOD["build"](tmp_path)
    monkeypatch.setenv("PR_NUMBER", "5")
    found = outcomes(tmp_path, base="main", live={"url": "http://127.0.0.1:9", "repo": "letsbe/hub"})
    assert "didn't answer" in str(found["two-reviewers"])
    assert isinstance(found["two-reviewers"], NotEvaluated)
