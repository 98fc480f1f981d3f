"""Waivers: in force, expired, unmatched, stale."""


def test_a_waived_failure_is_an_expected_failure(project):
    project.coin("heads", "fails", more='\n  - {id: "coin::lands[fails]", until: 2099-01-01, reason: issue 12}')
    result = project.run()
    result.assert_outcomes(passed=1, xfailed=1)
    result.stdout.fnmatch_lines(["  coin * passed * 1 passed, 1 waived"])
    assert result.ret == 0


def test_a_waiver_pasted_from_a_report_works_too(project):
    project.coin(
        "heads", "fails", more='\n  - {id: "letsbe.yaml::coin::lands[fails]", until: 2099-01-01, reason: issue 12}'
    )
    assert project.run().ret == 0


def test_a_waiver_may_cover_a_whole_invariant(project):
    project.coin("lacks", "live", more='\n  - {id: "coin::lands", until: 2099-01-01, reason: issue 12}')
    result = project.run()
    result.assert_outcomes(passed=1, xfailed=1)
    assert result.ret == 0


def test_an_expired_waiver_lets_the_case_fail_and_says_so(project):
    project.coin("fails", more='\n  - {id: "coin::lands[fails]", until: 2020-01-01, reason: issue 12}')
    result = project.run()
    result.stdout.fnmatch_lines(["*its waiver expired on 2020-01-01 (issue 12)*"])
    assert result.ret == 1


def test_an_expired_waiver_of_a_passing_case_exits_10(project):
    project.coin("heads", more='\n  - {id: "coin::lands[heads]", until: 2020-01-01, reason: issue 12}')
    result = project.run()
    result.stdout.fnmatch_lines(["*the waiver for coin::lands[[]heads] expired on 2020-01-01*"])
    assert result.ret == 10


def test_a_waiver_that_matches_no_case_exits_10(project):
    project.coin("heads", more='\n  - {id: "coin::lands[edge]", until: 2099-01-01, reason: issue 12}')
    result = project.run()
    result.stdout.fnmatch_lines(["*letsbe.yaml:*: the waiver for coin::lands[[]edge] matches no case*"])
    assert result.ret == 10


def test_a_waiver_of_a_passing_case_is_to_be_taken_out(project):
    project.coin("heads", more='\n  - {id: "coin::lands[heads]", until: 2099-01-01, reason: issue 12}')
    result = project.run()
    result.stdout.fnmatch_lines(["*coin::lands[[]heads] passes: take its waiver out*"])
    assert result.ret == 10


def test_waivers_are_not_judged_in_a_partial_run(project):
    project.coin("heads", "tails", more='\n  - {id: "coin::lands[edge]", until: 2099-01-01, reason: issue 12}')
    assert project.run("-k", "heads").ret == 0
