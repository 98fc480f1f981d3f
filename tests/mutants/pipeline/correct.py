"""Pipelines in five styles that violate nothing: a rule that fails one of them is wrong."""

import runpy
from pathlib import Path

_GOOD = runpy.run_path(str(Path(__file__).with_name("_good.py")))
_SHA, _IMAGE, _W = _GOOD["SHA"], _GOOD["IMAGE"], _GOOD["W"]
_BOTH = "on:\n  pull_request:\n    branches: [main]\n  push:\n    branches: [main]\n"

_STEPS = f"""      - uses: actions/checkout@{_SHA}
        with: {{persist-credentials: false}}
      - uses: actions/cache@{_SHA}
        id: cache
        continue-on-error: true
        with: {{path: node_modules, key: "${{{{ hashFiles('pnpm-lock.yaml') }}}}"}}
      - name: install
        if: steps.cache.outputs.cache-hit != 'true'
        run: pnpm install --frozen-lockfile
"""


def _single():
    jobs = ""
    for name, run in (
        ("lint-typecheck", "make lint typecheck"),
        ("unit-tests", "npx vitest run --reporter=junit"),
        (
            "integration-tests",
            "docker compose -f compose.test.yaml up -d && make integration; docker compose down || true",
        ),
        ("contract-tests", "make contract"),
        ("security-scan", "make scan 2>&1 | tee scan.log"),
        ("policy-checks", "make policy"),
    ):
        jobs += f"""  {name}:
    runs-on: [self-hosted, linux]
    timeout-minutes: 15
    steps:
{_STEPS}      - run: |
          set -euo pipefail
          {run}
      - uses: actions/upload-artifact@{_SHA}
        if: always()
        with: {{name: {name}, path: reports}}
"""
    return f"""name: CI
{_BOTH}permissions: {{contents: read}}
concurrency:
  group: ci-${{{{ github.ref }}}}
  cancel-in-progress: ${{{{ github.event_name == 'pull_request' }}}}
jobs:
{jobs}  build-preview-images:
    if: github.event_name == 'pull_request'
    runs-on: [self-hosted, linux]
    timeout-minutes: 30
    steps:
{_STEPS}      - run: docker buildx build --load -t hub:pr . && docker run --rm hub:pr --version
  gate:
    name: All green
    if: ${{{{ always() && github.event_name == 'pull_request' }}}}
    needs: [lint-typecheck, unit-tests, integration-tests, contract-tests, security-scan, policy-checks, build-preview-images]
    runs-on: [self-hosted, linux]
    timeout-minutes: 5
    steps:
      - uses: re-actors/alls-green@{_SHA} # v1.2.2
        with:
          jobs: ${{{{ toJSON(needs) }}}}
  image:
    if: github.event_name == 'push' && github.ref == 'refs/heads/main'
    needs: [lint-typecheck, unit-tests, integration-tests, contract-tests, security-scan, policy-checks]
    runs-on: [self-hosted, linux]
    timeout-minutes: 40
    outputs:
      ref: ${{{{ steps.build.outputs.ref }}}}
    steps:
{_STEPS}      - id: build
        uses: docker/build-push-action@{_SHA}
        with: {{push: true, tags: "registry.example/hub:${{{{ github.sha }}}}"}}
      - run: |
          syft "$REF" -o spdx-json > sbom.json
          cosign attest --predicate sbom.json --key env://KEY "$REF"
          cosign sign --key env://KEY "$REF"
        env:
          REF: registry.example/hub@${{{{ steps.build.outputs.digest }}}}
          KEY: ${{{{ secrets.COSIGN_KEY }}}}
  deploy-dev:
    if: github.event_name == 'push'
    needs: image
    runs-on: [self-hosted, linux]
    timeout-minutes: 20
    steps:
      - run: kubectl set image deployment/hub hub="$REF@$DIGEST"
        env:
          REF: registry.example/hub
          DIGEST: ${{{{ needs.image.outputs.digest }}}}
"""


class SingleFile:
    """One file serves pull requests and main, told apart by conditions."""

    expected = None

    @staticmethod
    def build(folder):
        return _GOOD["write"](folder, {_W + "ci.yaml": _single()})


class OneWorkflowPerStage:
    """A file for each stage, as the strategy draws it."""

    expected = None

    @staticmethod
    def build(folder):
        protection = '[{"rule_name": "main", "enable_status_check": true, "status_check_contexts": ["pr-checks / verdict (pull_request)"]}]'
        return _GOOD["write"](folder, {**_GOOD["GOOD"], "branch-protection.json": protection})


class ReusableWorkflows:
    """Pull requests and main call one local workflow that holds the checks."""

    expected = None

    @staticmethod
    def build(folder):
        checks = (
            "name: checks\non:\n  workflow_call:\n    inputs:\n      level: {type: string}\njobs:\n" + _GOOD["GATES"]
        )
        call = "  checks:\n    uses: ./.gitea/workflows/checks.yml\n    with: {level: full}\n"
        pull = f"""name: pull request
on: [pull_request]
jobs:
{call}  build-preview-images:
    needs: [checks]
    runs-on: docker
    timeout-minutes: 30
    steps:
      - run: buildah bud .
  verdict:
    if: always()
    needs: [checks, build-preview-images]
    runs-on: docker
    timeout-minutes: 5
    steps:
      - run: test "$CHECKS" = success && test "$IMAGES" = success
        env:
          CHECKS: ${{{{ needs.checks.result }}}}
          IMAGES: ${{{{ needs.build-preview-images.result }}}}
"""
        ship = f"""name: main
on:
  push: {{branches: ['main']}}
jobs:
{call}  release-image:
    needs: checks
    uses: letsbe/ci/.gitea/workflows/build-sbom-sign.yml@{_SHA}
    secrets:
      key: ${{{{ secrets.COSIGN_KEY }}}}
  build-and-sign:
    needs: checks
    runs-on: builder
    timeout-minutes: 30
    outputs: {{digest: "${{{{ steps.b.outputs.digest }}}}"}}
    steps:
      - {{id: b, run: ./ci/build.sh}}
      - run: cdxgen -o sbom.json && cosign sign "$IMAGE"
        env: {{IMAGE: "r.example/hub@${{{{ steps.b.outputs.digest }}}}"}}
  deploy-dev:
    needs: [build-and-sign]
    uses: ./.gitea/workflows/deploy.yml
    with: {{target: dev, digest: "${{{{ needs.build-and-sign.outputs.digest }}}}"}}
"""
        deploy = """name: deploy
on:
  workflow_call:
    inputs:
      target: {type: string, required: true}
      digest: {type: string, required: true}
jobs:
  deploy:
    runs-on: deploy-dev
    timeout-minutes: 20
    steps:
      - run: ./ci/deploy.sh "$TARGET" "$DIGEST"
        env: {TARGET: "${{ inputs.target }}", DIGEST: "${{ inputs.digest }}"}
"""
        files = {"checks.yml": checks, "pull-request.yml": pull, "main.yml": ship, "deploy.yml": deploy}
        return _GOOD["write"](folder, {_W + name: text for name, text in files.items()})


class MatrixJobs:
    """Tests run over a matrix, with anchors, names for people, and a verdict that counts results."""

    expected = None

    @staticmethod
    def build(folder):
        jobs = ""
        for shown in (
            "Lint & typecheck",
            "Unit tests",
            "Integration tests",
            "Contract tests",
            "Security scan",
            "Policy checks",
        ):
            key = shown.lower().replace(" & ", "-").replace(" ", "-")
            jobs += f"""  j-{key}:
    <<: *defaults
    name: "{shown.replace(" & ", "-")} (node ${{{{ matrix.node }}}})"
    strategy:
      fail-fast: false
      matrix: {{node: [20, 22], os: [linux]}}
    steps:
      - uses: https://gitea.com/actions/checkout@{_SHA}
      - run: npm ci --no-audit
      - if: matrix.node == 22
        run: npm run {key}:new
      - run: npm run {key}
"""
        keys = ", ".join(line.strip().rstrip(":") for line in jobs.splitlines() if line.startswith("  j-"))
        text = f"""name: matrix
on: {{pull_request: {{types: [opened, reopened, synchronize, ready_for_review]}}, push: {{branches: ['**']}}}}
x-defaults: &defaults
  runs-on: docker
  timeout-minutes: 20
jobs:
{jobs}  previews:
    <<: *defaults
    name: build preview images
    strategy: {{matrix: {{service: [api, web]}}}}
    steps:
      - run: docker build -t preview-${{{{ matrix.service }}}} services/${{{{ matrix.service }}}}
  done:
    <<: *defaults
    if: ${{{{ always() }}}}
    needs: [{keys}, previews]
    steps:
      - if: ${{{{ contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled') || contains(needs.*.result, 'skipped') }}}}
        run: exit 1
"""
        return _GOOD["write"](folder, {_W + "matrix.yml": text})


class GithubStyle:
    """Workflows lie in .github/workflows, with actions by bare name."""

    expected = None

    @staticmethod
    def build(folder):
        files = {}
        for path, text in _GOOD["GOOD"].items():
            text = text.replace("https://gitea.com/", "").replace("runs-on: docker", "runs-on: ubuntu-24.04")
            files[path.replace(".gitea", ".github")] = text.replace("npm ci\n", "npm ci\n        shell: bash\n")
        return _GOOD["write"](folder, files)


class MinimalRepo:
    """A small repo whose policy requires one job: it is its own verdict."""

    expected = None

    @staticmethod
    def build(folder):
        text = f"""on: [pull_request, push]
jobs:
  checks:
    runs-on: docker
    timeout-minutes: 10
    container: {_IMAGE}
    steps:
      - uses: https://gitea.com/actions/checkout@{_SHA}
      - run: |
          npm ci
          npm test
"""
        return _GOOD["write"](
            folder, {_W + "checks.yml": text, "pipeline-policy.yaml": "version: 1\nrequired: [checks]\n"}
        )


class DeployRepo:
    """A deploy repo: production is approved by the reviews of a pull request, and EU comes before US."""

    expected = None

    @staticmethod
    def build(folder):
        check = """name: check
on: [pull_request, push]
jobs:
  plan:
    runs-on: docker
    timeout-minutes: 10
    steps:
      - run: ./check-plan.sh
"""
        eu = """name: prod-eu
on:
  push: {branches: [main]}
concurrency: {group: prod-eu, cancel-in-progress: false}
jobs:
  plan:
    runs-on: deploy-gate
    timeout-minutes: 10
    steps:
      - run: ./check-plan.sh && ./verify-build-sbom.sh && cosign verify --key k.pub r.example/hub@$(cat eu.digest)
  sbom-of-build:
    needs: plan
    runs-on: deploy-gate
    timeout-minutes: 10
    steps:
      - run: cosign sign --key k r.example/hub@$(cat eu.digest)
  deploy-prod-eu:
    needs: sbom-of-build
    runs-on: deploy-prod-eu
    timeout-minutes: 30
    steps:
      - run: ./deploy.sh eu "$(cat eu.digest)"
"""
        policy = "version: 1\nrequired: [plan]\napproval: deploy-pr\n"
        return _GOOD["write"](folder, {_W + "check.yml": check, _W + "prod-eu.yml": eu, "pipeline-policy.yaml": policy})
