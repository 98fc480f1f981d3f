"""Pointed at corpora/, pytest validates every row by itself."""

from pytest_letsbe.data import data_dir


def test_every_shipped_corpus_is_valid(pytester):
    result = pytester.runpytest_inprocess("-p", "letsbe", "-q", str(data_dir("corpora") / "redaction"))
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] > 500


def test_a_bad_row_is_one_failure_with_its_place(project):
    project.manifest(
        """\
        version: 1
        corpus: acme
        kinds:
          - {id: good, title: Good, template: "acme_«{base62:30}»", key: ACME_TOKEN, bare: true, source: docs}
          - {id: bad, title: Bad, template: "acme_«{base26:30}»", key: ACME_TOKEN, bare: true, source: docs}
          - {id: worse, titel: Worse, template: "x", key: ACME_TOKEN, bare: true, source: docs}
        """,
        "corpora/redaction/acme.yaml",
    )
    result = project.run("corpora")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*acme.yaml:5:*base26*did you mean*", "*acme.yaml:6:*titel*did you mean 'title'*"])


def test_a_corpus_that_is_no_corpus_is_a_collection_error(project):
    project.manifest("version: 1\nkinds: []\n", "corpora/redaction/empty.yaml")
    result = project.run("corpora")
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*empty.yaml:1:1: holds no row: it proves nothing*"])


def test_yaml_in_other_folders_named_corpora_is_left_alone(project):
    project.manifest("a: 1\n", "corpora/dictionary/words.yaml")
    assert project.run("corpora").ret == 5
