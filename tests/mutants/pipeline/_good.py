"""A pipeline that violates nothing, as texts by path: mutants are one edit away from it."""

from pathlib import Path

SHA = "11bd71901bbe5b1630ceea73d27597364c9af683"
IMAGE = "node:22.11.0-bookworm-slim@sha256:" + "4b44c32c9f3118d60977d0dde5f758f63c4f9eac8ddee4275277239ec600950f"

HEAD = """name: {name}
on:
{on}
permissions:
  contents: read
"""


def job(name, *runs, needs="", more=""):
    steps = "".join(f"      - run: {run}\n" for run in runs)
    return f"""  {name}:
    runs-on: docker
    timeout-minutes: 20
{f"    needs: [{needs}]" + chr(10) if needs else ""}{more}    steps:
      - uses: https://gitea.com/actions/checkout@{SHA} # v4.2.2
{steps}"""


GATES = (
    job("lint-typecheck", "pnpm install --frozen-lockfile", "pnpm lint", "pnpm typecheck")
    + job("unit-tests", "npm ci", "npm test")
    + job(
        "integration-tests",
        "npm ci",
        "npm run test:integration",
        more=f"""    container:
      image: {IMAGE}
    services:
      db:
        image: postgres:16.4@sha256:{"5" * 64}
""",
    )
    + job("contract-tests", "npm ci", "npm run test:contract")
    + job("security-scan", "pip install --require-hashes -r requirements.txt", "letsbe scan")
    + job("policy-checks", "./scripts/ci/check-banned-references.sh")
)
NAMES = "lint-typecheck, unit-tests, integration-tests, contract-tests, security-scan, policy-checks"

PR = (
    HEAD.format(name="pr-checks", on="  pull_request:")
    + """concurrency:
  group: pr-${{ github.ref }}
  cancel-in-progress: true
jobs:
"""
    + GATES
    + job("build-preview-images", "docker build -t preview .")
    + f"""  verdict:
    if: always()
    needs: [{NAMES}, build-preview-images]
    runs-on: docker
    timeout-minutes: 5
    steps:
      - name: every job succeeded
        env:
          NEEDS: ${{{{ toJSON(needs) }}}}
        run: |
          echo "$NEEDS"
          echo "$NEEDS" | jq -e 'all(.[]; .result == "success")'
"""
)

MAIN = (
    HEAD.format(name="main", on="  push:\n    branches: [main]")
    + """concurrency:
  group: main
  cancel-in-progress: false
jobs:
"""
    + GATES
    + job("build-images", "./scripts/ci/build-images.sh", needs=NAMES, more="""    outputs:
      digest: ${{ steps.push.outputs.digest }}
""")
    + job("sbom", "syft registry.example/hub@$DIGEST -o cyclonedx-json=sbom.json", needs="build-images", more="""    env:
      DIGEST: ${{ needs.build-images.outputs.digest }}
""")
    + job("sign", "cosign sign --key env://COSIGN_KEY registry.example/hub@$DIGEST", needs="build-images, sbom", more="""    env:
      DIGEST: ${{ needs.build-images.outputs.digest }}
      COSIGN_KEY: ${{ secrets.COSIGN_KEY }}
""")
    + job("deploy-dev", "./scripts/ci/deploy.sh dev registry.example/hub@$DIGEST", needs="build-images, sign", more="""    env:
      DIGEST: ${{ needs.build-images.outputs.digest }}
""")
)


def promotion(name, needs, *jobs, inputs=""):
    return (
        f"""name: {name}
on:
  workflow_dispatch:
    inputs:
      digest:
        description: the image that main signed
        required: true
        type: string
{inputs}permissions:
  contents: read
concurrency:
  group: {name}
  cancel-in-progress: false
jobs:
  approval:
    runs-on: deploy-gate
    timeout-minutes: 10
    steps:
      - name: the approval names this digest
        env:
          DIGEST: ${{{{ inputs.digest }}}}
          ACTOR: ${{{{ github.actor }}}}
        run: ./scripts/ci/check-approval.sh "$DIGEST" "$ACTOR"
"""
        + "".join(jobs)
        + f"""  {name}:
    needs: [{needs}]
    runs-on: deploy-{name.removeprefix("promote-")}
    timeout-minutes: 30
    steps:
      - env:
          DIGEST: ${{{{ inputs.digest }}}}
        run: ./scripts/ci/deploy.sh "$DIGEST"
"""
    )


def gate(name, run):
    return f"""  {name}:
    needs: [approval]
    runs-on: deploy-gate
    timeout-minutes: 30
    steps:
      - env:
          DIGEST: ${{{{ inputs.digest }}}}
        run: {run}
"""


W = ".gitea/workflows/"
GOOD = {
    W + "pr-checks.yml": PR,
    W + "main.yml": MAIN,
    W + "promote-staging.yml": promotion("promote-staging", "approval"),
    W + "promote-prod-eu.yml": promotion("promote-prod-eu", "approval, canary", gate("canary", './scripts/ci/canary.sh "$DIGEST"')),
    W + "promote-prod-us.yml": promotion("promote-prod-us", "approval, eu-health", gate("eu-health", './scripts/ci/eu-health.sh "$DIGEST"')),
    W + "release.yml": HEAD.format(name="release", on="  push:\n    tags: ['hub/v*']") + "jobs:\n" + job("release-notes", "./scripts/ci/notes.sh"),
}


def write(folder, files, **options):
    for path, text in files.items():
        if text is not None:
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_text(text, encoding="utf-8")
    return options
