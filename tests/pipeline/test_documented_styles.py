"""Workflows in the styles that documentation shows: none ends the rules, and each complaint is one we stand by."""

import pytest

#: Complaints that a file of its own can't avoid: it is no whole pipeline, and its actions are named by tag.
OF_A_FRAGMENT = {
    "required-jobs",
    "rerun-on-main",
    "verdict-job",
    "timeouts",
    "pinned-actions",
    "pinned-images",
    "frozen-installs",
}
JOB = "runs-on: ubuntu-latest\n    steps:\n"

FILES = {
    "demo": f"name: Gitea Actions Demo\nrun-name: ${{{{ gitea.actor }}}} tries it\non: [push]\njobs:\n  explore:\n    {JOB}      - run: echo \"The job ran on ${{{{ gitea.event_name }}}}.\"\n      - uses: actions/checkout@v4\n      - run: ls ${{{{ gitea.workspace }}}}\n",
    "string-on": f"on: push\njobs:\n  a:\n    {JOB}      - run: make\n",
    "mapping-on": f"on:\n  push:\n    branches: [main, 'releases/**']\n  pull_request:\n    types: [opened, synchronize, reopened]\njobs:\n  a:\n    {JOB}      - run: make\n",
    "schedule": f"on:\n  schedule:\n    - cron: '30 5 * * 1,3'\n    - cron: '@daily'\njobs:\n  a:\n    {JOB}      - run: make nightly\n",
    "dispatch-inputs": f"on:\n  workflow_dispatch:\n    inputs:\n      level: {{type: choice, options: [a, b], default: a}}\n      dry: {{type: boolean}}\njobs:\n  a:\n    {JOB}      - run: echo ${{{{ inputs.level }}}} ${{{{ inputs.dry }}}}\n",
    "matrix": f"on: push\njobs:\n  a:\n    strategy:\n      matrix:\n        go: [1.22, 1.23]\n        include:\n          - {{go: 1.24, next: true}}\n        exclude:\n          - go: 1.22\n    {JOB}      - uses: actions/setup-go@v5\n        with: {{go-version: \"${{{{ matrix.go }}}}\"}}\n",
    "matrix-from-json": f"on: push\njobs:\n  a:\n    {JOB}      - id: m\n        run: echo 'm=[1,2]' >> $GITHUB_OUTPUT\n    outputs: {{m: \"${{{{ steps.m.outputs.m }}}}\"}}\n  b:\n    needs: a\n    strategy: {{matrix: {{x: \"${{{{ fromJSON(needs.a.outputs.m) }}}}\"}}}}\n    {JOB}      - run: echo ${{{{ matrix.x }}}}\n",
    "services": f"on: push\njobs:\n  a:\n    services:\n      redis:\n        image: redis\n        ports: ['6379:6379']\n        options: --health-cmd \"redis-cli ping\"\n    container:\n      image: node:20\n      env: {{A: b}}\n      volumes: ['x:/x']\n    {JOB}      - run: make\n",
    "absolute-url": f"on: push\njobs:\n  a:\n    {JOB}      - uses: https://github.com/actions/checkout@v4\n      - uses: http://git.example.org:3000/o/action@v1\n",
    "docker-action": f"on: push\njobs:\n  a:\n    {JOB}      - uses: docker://gcr.io/cloud-builders/gradle\n        with: {{args: build}}\n",
    "local-action": f"on: push\njobs:\n  a:\n    {JOB}      - uses: ./.gitea/actions/setup\n",
    "composite-outputs": f"on: push\njobs:\n  a:\n    {JOB}      - id: r\n        run: echo \"random=$RANDOM\" >> \"$GITHUB_OUTPUT\"\n      - run: echo ${{{{ steps.r.outputs.random }}}}\n",
    "reusable": f"on:\n  workflow_call:\n    inputs: {{name: {{type: string, required: true}}}}\n    secrets: {{token: {{required: true}}}}\n    outputs:\n      x: {{value: \"${{{{ jobs.a.outputs.x }}}}\"}}\njobs:\n  a:\n    {JOB}      - run: make\n        env: {{NAME: \"${{{{ inputs.name }}}}\"}}\n",
    "defaults": f"on: push\ndefaults:\n  run: {{shell: bash, working-directory: ./scripts}}\njobs:\n  a:\n    defaults: {{run: {{shell: sh}}}}\n    {JOB}      - run: make\n      - run: print(1)\n        shell: python\n",
    "env-levels": f"on: push\nenv: {{A: 1, B: 2.5, C: true, D: null}}\njobs:\n  a:\n    env: {{E: \"${{{{ vars.X }}}}\"}}\n    {JOB}      - run: echo $A\n        env: {{F: 07}}\n",
    "folded": f"on: push\njobs:\n  a:\n    {JOB}      - run: >-\n          make\n          all\n      - run: |2\n            indented\n      - run: \"quoted\\nlines\"\n",
    "anchors": "on: push\nx: &common\n  runs-on: docker\n  timeout-minutes: 5\njobs:\n  a:\n    <<: *common\n    steps: &steps\n      - run: make\n  b:\n    <<: [*common]\n    steps: *steps\n",
    "labels": "on: push\njobs:\n  a:\n    runs-on: [self-hosted, linux, x64]\n    steps: [{run: make}]\n  b:\n    runs-on: ${{ github.repository == 'a/b' && 'big' || 'small' }}\n    steps: [{run: make}]\n",
    "release-event": f"on:\n  release:\n    types: [published]\njobs:\n  notes:\n    {JOB}      - run: make notes\n",
    "issue-events": f"on:\n  issues: {{types: [opened]}}\n  issue_comment:\njobs:\n  hello:\n    if: contains(github.event.comment.body, '/hello')\n    {JOB}      - run: make hello\n",
    "concurrency-text": f"on: [pull_request]\nconcurrency: ci-${{{{ github.ref }}}}\njobs:\n  a:\n    concurrency: {{group: a, cancel-in-progress: \"${{{{ github.event_name == 'pull_request' }}}}\"}}\n    {JOB}      - run: make\n",
    "permissions-text": f"on: push\npermissions: read-all\njobs:\n  a:\n    permissions: {{contents: read, packages: write}}\n    {JOB}      - run: make\n",
    "hash-files": f"on: push\njobs:\n  a:\n    {JOB}      - uses: actions/cache@v4\n        with:\n          path: ~/.npm\n          key: npm-${{{{ hashFiles('**/package-lock.json') }}}}\n",
    "multi-os": "on: [push, pull_request]\njobs:\n  a:\n    name: a on ${{ matrix.os }}\n    strategy: {fail-fast: false, max-parallel: 2, matrix: {os: [linux, windows]}}\n    runs-on: ${{ matrix.os }}\n    steps:\n      - if: runner.os == 'Windows'\n        run: dir\n        shell: pwsh\n",
    "crlf": "on: push\r\njobs:\r\n  a:\r\n    runs-on: x\r\n    steps:\r\n      - run: |\r\n          make\r\n",
    "bom": "\ufeffon: push\njobs: {a: {runs-on: x, steps: [{run: make}]}}\n",
}  # fmt: skip


def test_there_are_enough_of_them():
    assert len(FILES) >= 20


@pytest.mark.parametrize("name", FILES)
def test_it_is_judged_without_a_crash_and_without_an_odd_complaint(name, judge):
    found = judge({f".gitea/workflows/{name}.yml": FILES[name]})
    assert found.keys() <= OF_A_FRAGMENT


@pytest.mark.parametrize("style", ["gitea", "github"])
def test_all_of_them_in_one_repo(style, judge):
    found = judge({f".{style}/workflows/{name}.yaml": text for name, text in FILES.items()})
    assert found.keys() <= OF_A_FRAGMENT
