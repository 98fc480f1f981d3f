"""Pipelines with one realistic fault each: an edit of the good one, and the rule that must tell."""

import os
import runpy
import subprocess
from pathlib import Path

_GOOD = runpy.run_path(str(Path(__file__).with_name("_good.py")))
_W, _SHA, _IMAGE = _GOOD["W"], _GOOD["SHA"], _GOOD["IMAGE"]
PR, MAIN, STAGING, EU, US, RELEASE = (
    _W + name + ".yml"
    for name in ("pr-checks", "main", "promote-staging", "promote-prod-eu", "promote-prod-us", "release")
)
_UNIT = "  unit-tests:\n    runs-on: docker\n    timeout-minutes: 20\n"
_USE = f"https://gitea.com/actions/checkout@{_SHA} # v4.2.2"
_ALWAYS = "    if: always()\n    needs: [lint"
_PROTECTION = '{"rule_name": "main", "enable_status_check": true, "status_check_contexts": ["%s"]}\n'
_APPROVED = (_GOOD["GOOD"][EU].split("  approval:")[1]).split("  canary:")[0]


def _edited(*edits):
    files = dict(_GOOD["GOOD"])
    for path, old, new in edits:
        text = files.get(path, "")
        if old not in text:
            raise ValueError(f"{old!r} isn't in {path}: the edit does nothing")
        files[path] = text.replace(old, new, 1) if old else new
    return files


def _fault(name, expected, sentence, *edits, **options):
    def build(folder):
        return _GOOD["write"](folder, _edited(*edits), **options)

    members = {"__doc__": sentence, "__module__": __name__, "expected": expected, "build": staticmethod(build)}
    globals()[name] = type(name, (), members)


def _without(path, start, end):
    """An edit that takes a stretch of a file out."""
    text = _GOOD["GOOD"][path]
    return (path, text[text.index(start) : text.index(end, text.index(start) + 1)], "")


class NoWorkflow:
    """There is no workflow at all."""

    expected = "liveness"

    @staticmethod
    def build(folder):
        return {}


class JobsEmpty:
    """Workflows stand there, and none has a job."""

    expected = "liveness"

    @staticmethod
    def build(folder):
        return _GOOD["write"](folder, {PR: "name: pr-checks\non: [pull_request]\njobs: {}\n"})


_fault("JobIdTwice", "strict-yaml", "A second unit-tests, which does nothing, replaces the first.",
       (PR, "  contract-tests:\n", _UNIT + "    steps:\n      - run: 'true'\n  contract-tests:\n"))  # fmt: skip
_fault("KeyTwice", "strict-yaml", "A job has two steps keys; the last one wins.",
       (PR, _UNIT, _UNIT + "    steps:\n      - run: 'true'\n"))  # fmt: skip
_fault(
    "NotYaml", "strict-yaml", "A tab makes the file unreadable.", (PR, "concurrency:\n", "concurrency:\n\tgroup: x\n")
)
_fault("NoRunner", "well-formed", "A job names no runner.", (PR, _UNIT, _UNIT.replace("    runs-on: docker\n", "")))
_fault(
    "UnknownNeed", "well-formed", "The verdict needs a job that isn't there.", (PR, "needs: [lint", "needs: [lnt, lint")
)
_fault("NeedsItself", "well-formed", "Two jobs wait for each other.",
       (MAIN, "needs: [lint-typecheck,", "needs: [deploy-dev, lint-typecheck,"))  # fmt: skip
_fault("NoTrigger", "well-formed", "The workflow has no trigger.", (PR, "on:\n  pull_request:\n", "'on': []\n"))
_fault("TwoFolders", "one-folder", "A second folder of workflows is never read.",
       (".github/workflows/scan.yml", "", _GOOD["PR"].replace("pr-checks", "scan")))  # fmt: skip
_fault("OneNameTwice", "unique-contexts", "Two workflows have one name.", (MAIN, "name: main", "name: pr-checks"))
_fault("OneStatusTwice", "unique-contexts", "Two jobs report under one name.",
       (PR, _UNIT, _UNIT + "    name: lint-typecheck\n"))  # fmt: skip

for _name in ("lint-typecheck", "unit-tests", "integration-tests", "contract-tests", "security-scan", "policy-checks"):
    _class = "Lost" + "".join(part.title() for part in _name.split("-"))
    _fault(_class, "required-jobs", f"The pull request lost {_name}.",
           (PR, f"  {_name}:\n", f"  {_name}-later:\n"), (PR, f"needs: [{_GOOD['NAMES']}", "needs: [build-preview-images"),
           (PR, "build-preview-images, build-preview-images]", "build-preview-images]"))  # fmt: skip
_fault("PreviewLost", "required-jobs", "Preview images are no longer built.",
       _without(PR, "  build-preview-images:", "  verdict:"), (PR, ", build-preview-images]", "]"))  # fmt: skip
_fault("CommentedOut", "required-jobs", "A required job is commented out.",
       (PR, "  policy-checks:\n", "  # policy-checks:\n  other:\n"), (PR, "policy-checks, build", "other, build"))  # fmt: skip
_fault(
    "NotOnPullRequests",
    "required-jobs",
    "The checks run by hand only.",
    (PR, "  pull_request:", "  workflow_dispatch:"),
)
_fault("MainSkipsContract", "rerun-on-main", "Main leaves the contract tests out.",
       _without(MAIN, "  contract-tests:", "  security-scan:"), (MAIN, "contract-tests, ", ""))  # fmt: skip
_fault("MainOnPathsOnly", "rerun-on-main", "Main runs when the sources change only.",
       (MAIN, "branches: [main]", "branches: [main]\n    paths: ['src/**']"))  # fmt: skip
_fault(
    "MainIsGone", "rerun-on-main", "Main runs for another branch.", (MAIN, "branches: [main]", "branches: [develop]")
)
_fault("MainOnPullRequestsOnly", "rerun-on-main", "A condition keeps the unit tests from main.",
       (MAIN, _UNIT, _UNIT + "    if: github.event_name == 'pull_request'\n"))  # fmt: skip

_fault("FilteredByPaths", "no-trigger-filter", "Pull requests are checked when sources change.",
       (PR, "  pull_request:", "  pull_request:\n    paths: ['src/**']"))  # fmt: skip
_fault("FilteredByPathsIgnore", "no-trigger-filter", "Changes of the docs go unchecked.",
       (PR, "  pull_request:", "  pull_request:\n    paths-ignore: ['**.md']"))  # fmt: skip
_fault("FilteredByBranches", "no-trigger-filter", "Pull requests into main aren't meant.",
       (PR, "  pull_request:", "  pull_request:\n    branches: [develop, 'release/**']"))  # fmt: skip
_fault("FilteredByBranchesIgnore", "no-trigger-filter", "Main is ignored by a glob.",
       (PR, "  pull_request:", "  pull_request:\n    branches-ignore: ['m*']"))  # fmt: skip
_fault("FilteredByNegation", "no-trigger-filter", "A negated glob takes main out again.",
       (PR, "  pull_request:", "  pull_request:\n    branches: ['**', '!main']"))  # fmt: skip
_fault("FilteredByTypes", "no-trigger-filter", "New commits on a pull request aren't checked.",
       (PR, "  pull_request:", "  pull_request:\n    types: [opened, reopened]"))  # fmt: skip
_fault("OnLabelOnly", "no-trigger-filter", "Only a label starts the checks.",
       (PR, "  pull_request:", "  pull_request: {types: [labeled]}"))  # fmt: skip

_fault("NotForBots", "no-conditional-gate", "The unit tests are left out for a bot.",
       (PR, _UNIT, _UNIT + "    if: github.actor != 'renovate[bot]'\n"))  # fmt: skip
_fault("NeverRuns", "no-conditional-gate", "A job is switched off.", (PR, _UNIT, _UNIT + "    if: false\n"))
_fault("PushOnly", "no-conditional-gate", "A required job runs on pushes, and the file has none.",
       (PR, _UNIT, _UNIT + "    if: github.event_name == 'push'\n"))  # fmt: skip
_fault("NotForDrafts", "no-conditional-gate", "Drafts aren't tested, nor what they become.",
       (PR, _UNIT, _UNIT + "    if: ${{ !github.event.pull_request.draft }}\n"))  # fmt: skip
_fault("OnChangedFiles", "no-conditional-gate", "An output of another job decides whether tests run.",
       (PR, _UNIT, _UNIT + "    if: needs.lint-typecheck.outputs.changed == 'true'\n    needs: lint-typecheck\n"))  # fmt: skip
_fault(
    "MayFail", "no-conditional-gate", "A required job may fail.", (PR, _UNIT, _UNIT + "    continue-on-error: true\n")
)
_fault("CellsMayFail", "no-conditional-gate", "Some cells of the matrix may fail.",
       (PR, _UNIT, _UNIT + "    continue-on-error: ${{ matrix.next }}\n    strategy: {matrix: {next: [true, false]}}\n"))  # fmt: skip
_fault("StepMayFail", "no-conditional-gate", "The step that tests may fail.",
       (PR, "      - run: npm test\n", "      - run: npm test\n        continue-on-error: true\n"))  # fmt: skip
_fault("StepSwitchedOff", "no-conditional-gate", "The step that tests never runs on a pull request.",
       (PR, "      - run: npm test\n", "      - run: npm test\n        if: github.ref == 'refs/heads/main'\n"))  # fmt: skip
_fault("StepOnLabel", "no-conditional-gate", "A label leaves the tests out.",
       (PR, "      - run: npm test\n",
        "      - run: npm test\n        if: \"!contains(github.event.pull_request.labels.*.name, 'skip')\"\n"))  # fmt: skip

for _class, _run, _sentence in (
    ("OrTrue", "npm test || true", "The tests are followed by || true."),
    ("OrColon", "'npm test || :'", "The tests are followed by || :."),
    ("OrExit", "npm test || exit 0", "The tests are followed by || exit 0."),
    ("OrEcho", 'npm test || echo "tests failed"', "A failure is only told."),
    ("ThenExit", "npm test; exit 0", "The script ends with success."),
    ("ErrexitOff", "|\n          set +e\n          npm test\n          echo done", "set +e, and nobody looks."),
    ("TeeWithoutPipefail", "npm test | tee test.log", "The exit code is that of tee."),
    ("OnlyNoted", "|\n          npm test || failed=1\n          echo $failed", "The exit code is kept, not passed on."),
    ("OddShell", "|\n          npm test\n          echo done\n        shell: bash {0}", "A shell without -e runs on."),
    ("TrapExit", "|\n          trap 'exit 0' EXIT\n          npm test", "A trap ends it with success."),
    ("OrTrueMuchLater", "|\n          npm test -- --reporter=junit \\\n            --retries=0 \\\n            || true",
     "The || true stands three lines below."),
):  # fmt: skip
    _fault(_class, "no-swallowed-exit", _sentence, (PR, "- run: npm test\n", f"- run: {_run}\n"))
_fault("VerdictSwallows", "no-swallowed-exit", "The verdict itself can't fail.",
       (PR, """jq -e 'all(.[]; .result == "success")'""", """jq -e 'all(.[]; .result == "success")' || true"""))  # fmt: skip

_fault(
    "NoVerdict",
    "verdict-job",
    "Nothing gathers the required jobs.",
    (PR, _GOOD["PR"][_GOOD["PR"].index("  verdict:") :], ""),
)
_fault("VerdictMayBeSkipped", "verdict-job", "The verdict is skipped when a job fails.", (PR, "    if: always()\n", ""))
_fault("VerdictUnlessCancelled", "verdict-job", "Cancelled runs have no verdict.",
       (PR, "    if: always()\n", "    if: '!cancelled()'\n"))  # fmt: skip
_fault(
    "VerdictOnSuccess", "verdict-job", "The verdict runs on success.", (PR, "    if: always()\n", "    if: success()\n")
)
_fault("VerdictForgetsOne", "verdict-job", "The verdict doesn't need the security scan.",
       (PR, "needs: [lint-typecheck, unit-tests, integration-tests, contract-tests, security-scan, ",
        "needs: [lint-typecheck, unit-tests, integration-tests, contract-tests, "))  # fmt: skip
_fault("VerdictLooksNowhere", "verdict-job", "The verdict needs all and looks at nothing.",
       (PR, _GOOD["PR"][_GOOD["PR"].index("      - name: every job") :], "      - run: echo all is well\n"))  # fmt: skip
_fault("VerdictSeesFailureAlone", "verdict-job", "Skipped and cancelled jobs pass the verdict.",
       (PR, _GOOD["PR"][_GOOD["PR"].index("      - name: every job") :],
        "      - if: contains(needs.*.result, 'failure')\n        run: exit 1\n"))  # fmt: skip
_fault(
    "VerdictMayFail", "verdict-job", "The verdict may fail.", (PR, _ALWAYS, "    continue-on-error: true\n" + _ALWAYS)
)

for _class, _old, _run, _sentence in (
    ("NpmInstall", "npm ci", "npm install", "npm install may change the lock file."),
    ("PnpmThawed", "pnpm install --frozen-lockfile", "pnpm install", "pnpm isn't told to keep to the lock file."),
    ("PnpmUnfrozen", "pnpm install --frozen-lockfile", "pnpm install --no-frozen-lockfile", "The lock file is set aside."),
    ("PipWithoutHashes", "pip install --require-hashes -r requirements.txt", "pip install -r requirements.txt",
     "pip checks no hash."),
    ("PipLatest", "pip install --require-hashes -r requirements.txt", "python -m pip install pytest", "pip takes the latest."),
    ("YarnPlain", "npm ci", "yarn install", "yarn may change its lock file."),
    ("UvSync", "npm ci", "uv sync", "uv may lock anew."),
):  # fmt: skip
    _fault(_class, "frozen-installs", _sentence, (PR, f"- run: {_old}\n", f"- run: {_run}\n"))

for _class, _use, _sentence in (
    ("ActionByTag", "actions/checkout@v4", "An action is named by a tag."),
    ("ActionByBranch", "actions/checkout@main", "An action is named by a branch."),
    ("ActionByShortCommit", f"actions/checkout@{_SHA[:7]}", "An action is named by a short commit id."),
    ("ActionUrlByTag", "https://gitea.com/actions/checkout@v4.2.2", "An action by URL is named by a tag."),
    ("ActionByNothing", "actions/checkout", "An action has no version."),
):
    _fault(_class, "pinned-actions", _sentence, (PR, _USE, _use))
_fault("ReusableByBranch", "pinned-actions", "A reusable workflow of others is named by a branch.",
       (RELEASE, "jobs:\n", "jobs:\n  scan:\n    uses: letsbe/ci/.gitea/workflows/scan.yml@main\n"))  # fmt: skip

_DB = "      image: " + _IMAGE
_fault("ContainerByTag", "pinned-images", "A container is named by a tag.", (PR, _DB, "      image: node:22"))
_fault(
    "ContainerShort",
    "pinned-images",
    "The short form of container has a tag.",
    (PR, _UNIT, _UNIT + "    container: node:22\n"),
)
_fault(
    "ServiceByTag",
    "pinned-images",
    "A service is named by a tag.",
    (PR, "postgres:16.4@sha256:" + "5" * 64, "postgres:16"),
)
_fault(
    "DockerUse",
    "pinned-images",
    "A step uses an image by tag.",
    (PR, "- run: npm test\n", "- uses: docker://alpine:3.20\n"),
)
_fault("DockerRun", "pinned-images", "A script runs an image by tag.",
       (PR, "- run: npm test\n", "- run: docker run --rm -v $PWD:/src aquasec/trivy:0.57.0 fs /src\n"))  # fmt: skip
_fault(
    "LatestPulled", "pinned-images", "A script pulls latest.", (MAIN, "- run: npm test\n", "- run: docker pull redis\n")
)
_fault("BaseImageByTag", "pinned-base-images", "The Dockerfile starts from a tag.",
       ("Dockerfile", "", "FROM node:22 AS build\nFROM build\n"))  # fmt: skip
_fault("ComposeByTag", "pinned-base-images", "The compose file names an image by tag.",
       ("deploy/compose.yaml", "", "services:\n  db:\n    image: postgres:16\n"))  # fmt: skip

_ENV = "    env:\n      TOKEN: ${{ %s }}\n"
_fault("ProductionSecret", "pr-secrets", "A production key stands in a pull request's job.",
       (PR, _UNIT, _UNIT + _ENV % "secrets.PROD_DEPLOY_KEY"))  # fmt: skip
_fault("SigningSecret", "pr-secrets", "The signing key stands in a pull request's job.",
       (PR, "      - run: npm test\n", "      - run: npm test\n        env: {KEY: '${{ secrets.COSIGN_KEY }}'}\n"))  # fmt: skip
_fault("AllSecrets", "pr-secrets", "All secrets are written to a file.", (PR, _UNIT, _UNIT + _ENV % "toJSON(secrets)"))
_fault("ComputedSecret", "pr-secrets", "The name of the secret is computed.",
       (PR, _UNIT, _UNIT + _ENV % "secrets[format('{0}_KEY', github.base_ref)]"))  # fmt: skip
_fault("InheritedSecrets", "pr-secrets", "A called workflow inherits every secret.",
       (PR, "jobs:\n", f"jobs:\n  extra:\n    uses: letsbe/ci/.gitea/workflows/x.yml@{_SHA}\n    secrets: inherit\n"))  # fmt: skip
_fault("WorkflowWideSecret", "pr-secrets", "A secret stands in the env of the whole workflow.",
       (PR, "jobs:\n", "env:\n  KUBECONFIG: ${{ secrets.KUBECONFIG }}\njobs:\n"))  # fmt: skip
_fault("BeyondTheList", "pr-secrets", "A secret isn't among those that the policy allows.",
       (PR, _UNIT, _UNIT + _ENV % "secrets.NPM_TOKEN"),
       ("pipeline-policy.yaml", "", "version: 1\nsecrets: {pr: [NPM_READ_TOKEN]}\n"))  # fmt: skip

_fault(
    "TargetInstead",
    "no-pull-request-target",
    "The gate runs on pull_request_target.",
    (PR, "  pull_request:", "  pull_request_target:"),
)
_fault("TargetTakesHead", "no-pull-request-target", "A stranger's commit is checked out with the repo's secrets.",
       (_W + "label.yml", "", _GOOD["HEAD"].format(name="label", on="  pull_request_target:") + "jobs:\n"
        + _GOOD["job"]("label", "npm ci").replace(_USE, _USE + "\n        with: {ref: '${{ github.event.pull_request.head.sha }}'}")))  # fmt: skip

_fault("TitleInScript", "no-injection", "The title of a pull request becomes shell.",
       (PR, "- run: npm test\n", '- run: echo "${{ github.event.pull_request.title }}"\n'))  # fmt: skip
_fault("BranchInScript", "no-injection", "The name of a branch becomes shell.",
       (PR, "- run: npm test\n", "- run: git diff origin/${{ github.head_ref }}\n"))  # fmt: skip
_fault("InputInScript", "no-injection", "An input becomes shell.",
       (EU, 'deploy.sh "$DIGEST"', "deploy.sh ${{ inputs.digest }}"))  # fmt: skip
_fault("InputByEvent", "no-injection", "An input, by its long name, becomes shell.",
       (EU, 'deploy.sh "$DIGEST"', "deploy.sh ${{ github.event.inputs.digest }}"))  # fmt: skip
_fault("ByWayOfEnv", "no-injection", "The title takes the way over env, and back into an expression.",
       (PR, _UNIT, _UNIT + "    env:\n      T: ${{ github.event.pull_request.title }}\n"),
       (PR, "- run: npm test\n", "- run: echo ${{ env.T }}\n"))  # fmt: skip

_fault(
    "SignsAnyway",
    "no-always-on-deploy",
    "Images are signed whatever failed.",
    (MAIN, "  sign:\n", "  sign:\n    if: always()\n"),
)
_fault("DeploysUnlessCancelled", "no-always-on-deploy", "The deploy ignores red gates.",
       (MAIN, "  deploy-dev:\n", "  deploy-dev:\n    if: ${{ !cancelled() }}\n"))  # fmt: skip
_fault("PromotesAnyway", "no-always-on-deploy", "The promotion goes on after a failed canary.",
       (EU, "  promote-prod-eu:\n", "  promote-prod-eu:\n    if: success() || failure()\n"))  # fmt: skip
_fault(
    "DeployWaitsForNothing",
    "gates-before-deploy",
    "The deploy waits for no job.",
    (MAIN, "    needs: [build-images, sign]\n", ""),
)
_fault("DeploySkipsSignature", "gates-before-deploy", "The deploy doesn't wait for the signature.",
       (MAIN, "needs: [build-images, sign]", "needs: [build-images, sbom]"))  # fmt: skip
_fault("BuildSkipsScan", "gates-before-deploy", "Nothing on the way to the deploy waits for the scan.",
       (MAIN, "contract-tests, security-scan, policy-checks]", "contract-tests, policy-checks]"))  # fmt: skip
_fault("NoSbom", "gates-before-deploy", "No SBOM is made.", _without(MAIN, "  sbom:", "  sign:"),
       (MAIN, "needs: [build-images, sbom]", "needs: [build-images]"))  # fmt: skip
_fault("DeployBesideMain", "gates-before-deploy", "Another workflow deploys each push.",
       (_W + "fast.yml", "", _GOOD["HEAD"].format(name="fast", on="  push:\n    branches: [main]") + "jobs:\n"
        + _GOOD["job"]("deploy-dev", "./deploy.sh registry.example/hub@$DIGEST")))  # fmt: skip
_fault("SignsBeforeBuild", "build-sign-order", "The signature doesn't wait for the build.",
       (MAIN, "    needs: [build-images, sbom]\n", ""))  # fmt: skip
_fault("SbomBeforeBuild", "build-sign-order", "The SBOM doesn't wait for the build.", (MAIN, "  sbom:\n    runs-on: docker\n    timeout-minutes: 20\n    needs: [build-images]\n",
       "  sbom:\n    runs-on: docker\n    timeout-minutes: 20\n"))  # fmt: skip
_fault("DeploysLatest", "deploy-by-digest", "The deploy names a tag.",
       (MAIN, _GOOD["MAIN"][_GOOD["MAIN"].index("  deploy-dev:") :],
        _GOOD["job"]("deploy-dev", "./deploy.sh registry.example/hub:latest", needs="build-images, sign")))  # fmt: skip
_fault("RebuildsOnPromote", "build-once", "The promotion builds again.",
       (STAGING, "      - env:\n", "      - run: docker build -t registry.example/hub:staging .\n      - env:\n"))  # fmt: skip

_fault("ProdOnPush", "production-by-hand", "A push reaches production.",
       (EU, "  workflow_dispatch:\n", "  push:\n    branches: [main]\n  workflow_dispatch:\n"))  # fmt: skip
_fault("ProdOnSchedule", "production-by-hand", "The clock reaches production.",
       (EU, "  workflow_dispatch:\n", "  schedule:\n    - cron: '0 6 * * 1'\n  workflow_dispatch:\n"))  # fmt: skip
_fault("ProdUnapproved", "production-by-hand", "Nobody is asked.", (EU, "  approval:" + _APPROVED, ""),
       (EU, "needs: [approval]\n", "needs: []\n"), (EU, "needs: [approval, canary]", "needs: [canary]"))  # fmt: skip
_fault("UsWithEu", "us-after-eu", "One run reaches both regions.",
       (EU, "  promote-prod-eu:\n", "  promote-prod-us:\n    needs: [approval]\n    runs-on: deploy-prod-us\n    timeout-minutes: 9\n    steps:\n      - run: ./deploy.sh us\n  promote-prod-eu:\n"))  # fmt: skip
_fault("UsByMatrix", "us-after-eu", "A matrix reaches both regions.",
       (EU, "  promote-prod-eu:\n", "  promote-prod:\n    strategy: {matrix: {region: [eu, us]}}\n"))  # fmt: skip
_fault("UsBlind", "us-after-eu", "The US doesn't look at the EU.",
       (US, "  eu-health:\n", "  wait:\n"), (US, "./scripts/ci/eu-health.sh", "sleep 60; echo"), (US, "eu-health]", "wait]"))  # fmt: skip
_fault(
    "UsHealthInNameOnly",
    "us-after-eu",
    "A step is called EU health, and only waits.",
    (US, "  eu-health:\n", "  wait:\n"),
    (US, "      - env:\n", "      - name: EU is healthy\n        env:\n"),
    (US, "./scripts/ci/eu-health.sh", "sleep 60; echo"),
    (US, "eu-health]", "wait]"),
)
_fault("AnyTagReleases", "release-tags", "Any tag that begins with v releases.", (RELEASE, "hub/v*", "v*"))
_fault("EveryTagReleases", "release-tags", "Any tag at all releases.", (RELEASE, "hub/v*", "**"))
_fault(
    "TwoRelease",
    "release-tags",
    "A tag starts two workflows.",
    (_W + "publish.yml", "", _GOOD["GOOD"][RELEASE].replace("release", "publish")),
)
_fault(
    "AnyBranchDeploys",
    "release-tags",
    "A push to any branch deploys.",
    (MAIN, "  push:\n    branches: [main]\n", "  push:\n"),
)

_fault("PrOnProdRunner", "runner-separation", "A pull request's job runs on a deploy runner.",
       (PR, _UNIT, _UNIT.replace("docker", "deploy-prod-eu")))  # fmt: skip
_fault("ProdOnSharedRunner", "runner-separation", "Production is reached from a runner of pull requests.",
       (EU, "runs-on: deploy-prod-eu", "runs-on: docker"))  # fmt: skip
_fault(
    "OnTheHost",
    "runner-separation",
    "A job runs on the runner itself.",
    (PR, _UNIT, _UNIT.replace("docker", "ubuntu:host")),
)
_fault("TrustsEnvironment", "honoured-keys", "The approval is left to an environment.",
       (EU, "  promote-prod-eu:\n", "  promote-prod-eu:\n    environment: production\n"))  # fmt: skip
_fault(
    "TrustsIdToken",
    "honoured-keys",
    "It asks for an OIDC token.",
    (MAIN, "contents: read", "contents: read\n  id-token: write"),
)
_fault("TooOldForConcurrency", "honoured-keys", "The server is older than the keys in use.",
       ("pipeline-policy.yaml", "", "version: 1\ngitea: '1.25.4'\n"))  # fmt: skip
_fault(
    "TrustsMergeQueue",
    "honoured-keys",
    "It waits for a merge queue.",
    (PR, "  pull_request:", "  merge_group:\n  pull_request:"),
)
_fault("NoTimeout", "timeouts", "A job may run for ever.", (PR, _UNIT, _UNIT.replace("    timeout-minutes: 20\n", "")))
_fault("DeployCancelled", "safe-cancel", "A newer run cancels a deploy half-way.",
       (MAIN, "cancel-in-progress: false", "cancel-in-progress: true"))  # fmt: skip
_fault(
    "SupersededGoesOn",
    "safe-cancel",
    "Superseded runs go on.",
    (PR, "cancel-in-progress: true", "cancel-in-progress: false"),
)

for _class, _context, _sentence in (
    ("AnyStatus", "*", "Any one status is enough."),
    ("StaleContext", "pr-checks / unit (pull_request)", "A status is demanded that nobody reports."),
    ("VerdictNotDemanded", "pr-checks / lint-typecheck (pull_request)", "The verdict's status isn't demanded."),
):
    _fault(_class, "protected-contexts", _sentence, ("branch-protection.json", "", _PROTECTION % _context))
_fault("NoContext", "protected-contexts", "Statuses are demanded, and none is named.",
       ("branch-protection.json", "", (_PROTECTION % "x").replace('"x"', "")))  # fmt: skip


def _git(folder, *arguments):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    environment |= {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"}
    who = (
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.org",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "core.hooksPath=/dev/null",
    )
    subprocess.run(["git", "-C", str(folder), *who, *arguments], env=environment, check=True, capture_output=True)


def _changed(folder, before, after):
    _git(folder, "init", "-q", "-b", "main")
    _GOOD["write"](folder, before)
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", "base")
    _git(folder, "switch", "-q", "-c", "change")
    options = _GOOD["write"](folder, after)
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", "change")
    return options


class LoosensItsOwnPolicy:
    """A change drops a job, and its name from the policy."""

    expected = "required-jobs"

    @staticmethod
    def build(folder):
        both = _edited(
            (PR, "  contract-tests:\n", "  other:\n"), (PR, "contract-tests, ", "other, "),
        )  # fmt: skip
        fewer = "version: 1\nrequired: [lint-typecheck, unit-tests]\n"
        return _changed(
            folder, {**_GOOD["GOOD"], "pipeline-policy.yaml": "version: 1\n"}, {**both, "pipeline-policy.yaml": fewer}
        )


class AllowsItselfASecret:
    """A change reads a secret, and allows it in the policy."""

    expected = "pr-secrets"

    @staticmethod
    def build(folder):
        policy = "version: 1\nsecrets: {pr: [%s]}\n"
        more = _edited((PR, _UNIT, _UNIT + _ENV % "secrets.NPM_TOKEN"))
        before = {**_GOOD["GOOD"], "pipeline-policy.yaml": policy % "NPM_READ_TOKEN"}
        return _changed(folder, before, {**more, "pipeline-policy.yaml": policy % "NPM_READ_TOKEN, NPM_TOKEN"})


class BaseNotFetched:
    """The branch that the change goes to isn't there: nobody knows what policy it had."""

    expected = "policy-from-base"

    @staticmethod
    def build(folder):
        _changed(folder, _GOOD["GOOD"], {"pipeline-policy.yaml": "version: 1\n"})
        return {"base": "origin/main"}


_fault("ZizmorFinds", "zizmor", "zizmor sees a credential of a registry in clear.",
       (PR, _UNIT, _UNIT + "    container:\n      image: x.example/y@sha256:" + "5" * 64
        + "\n      credentials: {username: u, password: example}\n"), zizmor=True)  # fmt: skip


def _instead(name, expected, sentence, command):
    """The unit tests' one command written otherwise, in a block of its own."""
    _fault(name, expected, sentence, (PR, "- run: npm test\n", f"- run: |\n          {command}\n"))


_instead("BothBranchesGreen", "no-swallowed-exit", "A condition takes the failure, and both branches end green.",
         "if npm test; then echo good; else echo bad; fi")  # fmt: skip
_instead("InBackground", "no-swallowed-exit", "The tests run in the background, and nobody waits.", "npm test &")
_instead("Negated", "no-swallowed-exit", "An exclamation mark: failing tests are what passes.", "! npm test")
_instead(
    "InsideEcho", "no-swallowed-exit", "The tests run inside $(...): the exit code is echo's.", 'echo "$(npm test)"'
)
_instead(
    "InsideExport",
    "no-swallowed-exit",
    "The tests run inside $(...): the exit code is export's.",
    'export RESULT="$(npm test)"',
)
_instead(
    "ScriptFromTheNetwork",
    "frozen-installs",
    "A script of the day is fetched and run.",
    "curl -fsSL https://get.example.test/i.sh | sudo bash -s",
)
_instead("RunsTheLatest", "frozen-installs", "npx fetches whatever is the latest linter.", "npx --yes eslint@latest .")
_instead("GoInstallsTheLatest", "frozen-installs", "go install takes the latest.", "go install example.com/tool@latest")
_fault("EmptyMatrix", "no-conditional-gate", "The matrix of the unit tests has no cell.",
       (PR, _UNIT, _UNIT + "    strategy:\n      matrix:\n        node: []\n"))  # fmt: skip
_fault("NeedsWhatIsSkipped", "no-conditional-gate", "The unit tests wait for a job that never runs.",
       (PR, _UNIT, "  maybe:\n    if: false\n    runs-on: docker\n    timeout-minutes: 1\n    steps:\n      - run: 'true'\n"
        + _UNIT + "    needs: [maybe]\n"))  # fmt: skip
_fault(
    "OneSuccessIsEnough",
    "verdict-job",
    "The verdict is content when any job succeeded.",
    (PR, "all(.[]; .result", "any(.[]; .result"),
)
_fault("SkippedIsNoFailure", "verdict-job", "The verdict takes whatever isn't a failure.",
       (PR, '.result == "success"', '.result != "failure"'))  # fmt: skip
_fault(
    "VerdictOverNothing",
    "verdict-job",
    "The verdict looks at an object that somebody wrote by hand.",
    (PR, "${{ toJSON(needs) }}", "'{}'"),
)
_fault("SignsBeforeTheSbom", "build-sign-order", "The image is signed while its SBOM is still being made.",
       (MAIN, "needs: [build-images, sbom]", "needs: [build-images]"))  # fmt: skip
_fault("DeploysATagBesideTheDigest", "deploy-by-digest", "The digest stands in the environment; what is deployed is a tag.",
       (MAIN, "deploy.sh dev registry.example/hub@$DIGEST", "deploy.sh dev registry.example/hub:${GITHUB_SHA}"))  # fmt: skip
_fault("NoLimit", "timeouts", "Zero minutes are no limit.", (PR, _UNIT, _UNIT.replace("minutes: 20", "minutes: 0")))
_fault("SupersededRunsGoOn", "safe-cancel", "The pull request's workflow has no concurrency group.",
       (PR, "concurrency:\n  group: pr-${{ github.ref }}\n  cancel-in-progress: true\n", ""))  # fmt: skip
_fault(
    "OneGroupForAll",
    "safe-cancel",
    "All pull requests cancel each other.",
    (PR, "group: pr-${{ github.ref }}", "group: pr"),
)
