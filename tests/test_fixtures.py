"""What tests written in Python get: the manifest, the redactor, a redaction case."""

MANIFEST = """\
version: 1
package: egress-proxy
targets:
  redactor: {python: "mine:redact"}
checks:
  redaction: {corpus: [secrets]}
"""


def test_the_manifest_is_a_fixture(project):
    project.manifest(MANIFEST)
    project.pytester.makepyfile("def test_it(letsbe_manifest): assert letsbe_manifest.package == 'egress-proxy'")
    project.run("test_the_manifest_is_a_fixture.py").assert_outcomes(passed=1)


def test_the_redactor_is_a_fixture(project):
    project.manifest(MANIFEST)
    project.pytester.makepyfile(mine="def redact(text): return text.upper()")
    project.pytester.makepyfile("def test_it(redactor): assert redactor.redact('quiet') == 'QUIET'")
    project.run("test_the_redactor_is_a_fixture.py").assert_outcomes(passed=1)


def test_without_a_manifest_the_fixture_says_what_is_missing(project):
    project.pytester.makepyfile("def test_it(redactor): pass")
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*letsbe.yaml:1: can't be read*"])


def test_a_redaction_case_comes_for_each_kind_of_the_corpus(project):
    project.manifest(MANIFEST)
    project.pytester.makepyfile(mine="def redact(text): return 'gone'")
    project.pytester.makepyfile(
        """
        import pytest

        @pytest.mark.redaction_corpus("pii")
        def test_it(redactor, redaction_case):
            redaction_case.assert_redacted(redactor.redact(redaction_case.text))

        @pytest.mark.redaction_corpus("pii")
        def test_not_it(redaction_case):
            redaction_case.assert_redacted(redaction_case.text)
        """
    )
    result = project.run("-k", "card-visa", "test_a_redaction_case_comes_for_each_kind_of_the_corpus.py")
    outcomes = result.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"]) == (1, 1)
    result.stdout.fnmatch_lines(["*CheckFailure: card-visa survived in card-visa/*"])


def test_a_redaction_case_without_its_mark_says_so(project):
    project.pytester.makepyfile("def test_it(redaction_case): pass")
    result = project.run()
    result.stdout.fnmatch_lines(['*redaction_case needs @pytest.mark.redaction_corpus("secrets") on the test*'])
