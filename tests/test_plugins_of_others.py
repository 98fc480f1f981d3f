"""xdist, rerunfailures and what other packages add through the hooks."""


def test_xdist_gathers_one_matrix(project):
    project.coin("heads", "tails", "fails")
    report = project.report("-n2", subprocess=True)
    assert report["checks"]["coin"]["counts"]["passed"] == 2
    assert report["checks"]["coin"]["counts"]["failed"] == 1
    assert report["complete"] is True


def test_xdist_exits_10_when_the_matrix_is_not_satisfied(project):
    project.coin("heads", "lacks")
    assert project.run("-n2", subprocess=True).ret == 10


def test_xdist_with_a_keyword_is_a_partial_run(project):
    project.coin("heads", "tails", require="[+coin]")
    result = project.run("-n2", "-k", "heads", subprocess=True)
    result.stdout.fnmatch_lines(["matrix not enforced*"])
    assert result.ret == 0


def test_xdist_refuses_a_bad_manifest_as_a_usage_error(project):
    project.manifest("version: 1\npackage: hubb\n")
    result = project.run("-n2", subprocess=True)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*letsbe.yaml:2:1: unknown package 'hubb' (did you mean 'hub'?)*"])


def test_a_case_that_passes_only_when_retried_is_no_pass(project):
    project.coin("flaky", "heads")
    result = project.run("-p", "rerunfailures", "--reruns", "1", subprocess=True)
    result.stdout.fnmatch_lines(["  coin * FAILED*", "*passed only when retried: letsbe.yaml::coin::lands[[]flaky]*"])
    assert result.ret == 10


def test_a_case_that_fails_every_time_is_one_failure(project):
    project.coin("fails")
    result = project.run("-p", "rerunfailures", "--reruns", "2", subprocess=True)
    result.assert_outcomes(failed=1)
    assert result.ret == 1


def test_another_package_may_register_a_check(project):
    project.coin("heads")
    project.run().assert_outcomes(passed=1)


def test_another_package_may_register_a_corpus(project):
    conftest = project.path / "conftest.py"
    conftest.write_text(
        conftest.read_text() + "\nfrom pathlib import Path\ndef pytest_letsbe_corpora(check):\n"
        "    return [Path(__file__).parent / 'more'] if check == 'redaction' else []\n"
    )
    project.manifest(
        """\
        version: 1
        corpus: acme
        kinds:
          - {id: acme-token, title: Acme token, template: "acme_«{base62:30}»", key: ACME_TOKEN, bare: true, source: acme docs}
        """,
        "more/acme.yaml",
    )
    project.manifest(
        """\
        version: 1
        package: egress-proxy
        targets:
          redactor: {reference: correct}
        checks:
          redaction: {corpus: [acme]}
        """
    )
    result = project.run("--collect-only", "-q", "-k", "acme-token and no-leak")
    result.stdout.fnmatch_lines(["letsbe.yaml::redaction::no-leak[[]acme-token/*/plain]"])


def test_another_package_may_register_a_way_to_reach_a_target(project):
    conftest = project.path / "conftest.py"
    conftest.write_text(
        conftest.read_text()
        + """
from pytest_letsbe.targets.base import Hello, Output

class Shout:
    label, is_reference = "shout", False
    def __init__(self, options): self.options = options
    def hello(self): return Hello("shout", "1", None)
    def call(self, op, input, *, timeout=None): return Output({"text": input["text"] + self.options["mark"]})
    def call_many(self, op, inputs, *, timeout=None, window=64): return [self.call(op, i) for i in inputs]
    def cpu_seconds(self): return None
    def close(self): pass

def pytest_letsbe_targets():
    return {"shout": lambda options, role, root: Shout(options)}
"""
    )
    project.manifest(
        """\
        version: 1
        package: egress-proxy
        targets:
          redactor: {via: shout, with: {mark: "!"}}
        checks:
          redaction: {}
        """
    )
    result = project.run("-k", "liveness")
    assert result.parseoutcomes().keys() >= {"passed", "failed"}
    result.stdout.fnmatch_lines(["*a plain sentence with nothing to hide came back changed*"])
