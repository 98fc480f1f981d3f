"""Workflows that pass the check ``pipeline``: no action and no image of others, since nobody can pin those offline.

Code is checked out with git itself, tools come from the runner's label. A script that a job calls and that
isn't there yet fails the job: a skeleton is red until somebody filled it in.
"""

from __future__ import annotations

from .. import __version__
from ..checks.pipeline.policy import REQUIRED

FOLDER = ".gitea/workflows"

_CHECKOUT = """      - name: check out
        env:
          TOKEN: ${{ github.token }}
        run: |
          git init -q .
          git remote add origin "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY.git"
          git -c credential.helper='!f() { echo username=x-access-token; echo "password=$TOKEN"; }; f' \\
            fetch -q --no-tags origin "$GITHUB_SHA" "+refs/heads/main:refs/remotes/origin/main"
          git checkout -q "$GITHUB_SHA"
"""
_TOOLS = f"""      - name: install the suite
        run: |
          python3 -m venv "$RUNNER_TEMP/letsbe"
          "$RUNNER_TEMP/letsbe/bin/pip" install 'pytest-letsbe[all]=={__version__}'
          echo "$RUNNER_TEMP/letsbe/bin" >> "$GITHUB_PATH"
"""
_SUITE = {
    "security-scan": ("./scripts/ci/check-banned-references.sh", "./scripts/ci/check-no-plaintext-secrets.sh"),
    "policy-checks": ("pytest -p letsbe",),
}
_RUNS = {
    "node": ("npm ci", "npm run {name}"),
    "python": ("make {name}",),
    "shell": ("make {name}",),
}


def workflows(language: str) -> dict[str, str]:
    """Path to text; ``language`` is ``node``, ``python`` or ``shell``."""
    named = {
        "pr-checks": _pull_request(language),
        "main": _main(language),
        "promote-staging": _promotion("staging", "smoke", "./scripts/ci/smoke.sh staging", after=True),
        "promote-prod-eu": _promotion("prod-eu", "canary", "./scripts/ci/canary.sh eu"),
        "promote-prod-us": _promotion("prod-us", "eu-health", "./scripts/ci/eu-health.sh"),
    }
    made = {f"{FOLDER}/{name}.yml": text for name, text in named.items()}
    return made | {".gitea/scoped_workflows/letsbe.yml": _scoped()}


def _job(name: str, *runs: str, label: str = "docker", needs: str = "", more: str = "", suite: bool = False) -> str:
    head = f"  {name}:\n    runs-on: {label}\n    timeout-minutes: 30\n"
    head += f"    needs: [{needs}]\n" if needs else ""
    steps = "".join(f"      - run: {run}\n" for run in runs)
    return f"{head}{more}    steps:\n{_CHECKOUT}{_TOOLS if suite else ''}{steps}"


def _gates(language: str, *, preview: bool) -> str:
    made = []
    for name in REQUIRED:
        if name == "build-preview-images":
            made += [_job(name, "./scripts/ci/build-images.sh --preview")] if preview else []
        else:
            runs = _SUITE.get(name) or tuple(run.format(name=name) for run in _RUNS[language])
            made.append(_job(name, *runs, suite=name in _SUITE))
    return "\n".join(made)


def _pull_request(language: str) -> str:
    needs = ", ".join(REQUIRED)
    return f"""# Every pull request. Require the status "pr-checks / verdict (pull_request)" in the branch protection:
# the server counts a skipped job as passed, the verdict doesn't. No path filter here, for the same reason.
name: pr-checks
on:
  pull_request:
permissions:
  contents: read
concurrency:
  group: pr-checks-${{{{ github.ref }}}}
  cancel-in-progress: true
jobs:
{_gates(language, preview=True)}
  verdict:
    if: always()
    needs: [{needs}]
    runs-on: docker
    timeout-minutes: 5
    steps:
      - name: every job succeeded
        env:
          NEEDS: ${{{{ toJSON(needs) }}}}
        run: |
          python3 -c '
          import json, os, sys
          results = {{name: job["result"] for name, job in json.loads(os.environ["NEEDS"]).items()}}
          bad = [f"{{name}}: {{result}}" for name, result in results.items() if result != "success"]
          sys.exit("\\n".join(bad) if bad or not results else None)'
"""


def _main(language: str) -> str:
    gates = ", ".join(name for name in REQUIRED if name != "build-preview-images")
    digest = "    env:\n      DIGEST: ${{ needs.build-images.outputs.digest }}\n"
    build = _job(
        "build-images",
        "./scripts/ci/build-images.sh --push # writes digest=sha256:... to $GITHUB_OUTPUT",
        needs=gates,
        more="    outputs:\n      digest: ${{ steps.build.outputs.digest }}\n",
    ).replace("      - run: ./scripts/ci/build", "      - id: build\n        run: ./scripts/ci/build")
    deploy = './scripts/ci/deploy.sh dev "$DIGEST"'
    sign = digest + "      COSIGN_KEY: ${{ secrets.COSIGN_KEY }}\n"
    return f"""# Every commit on main: all checks again, then one image, its SBOM, its signature, its deploy.
name: main
on:
  push:
    branches: [main]
permissions:
  contents: read
concurrency:
  group: main
  cancel-in-progress: false
jobs:
{_gates(language, preview=False)}
{build}
{_job("sbom", './scripts/ci/sbom.sh "$DIGEST"', needs="build-images", more=digest)}
{_job("sign", './scripts/ci/sign.sh "$DIGEST"', label="signing", needs="build-images, sbom", more=sign)}
{_job("deploy-dev", deploy, label="deploy-dev", needs="build-images, sign", more=digest)}"""


def _promotion(target: str, step: str, run: str, *, after: bool = False) -> str:
    name = f"promote-{target}"
    digest = "    env:\n      DIGEST: ${{ inputs.digest }}\n"
    who = digest + "      ACTOR: ${{ github.actor }}\n"
    label = f"deploy-{target}"
    deploy = f'./scripts/ci/deploy.sh {target} "$DIGEST"'
    check = f'{run} "$DIGEST"'
    jobs = [_job("approval", f'./scripts/ci/check-approval.sh {target} "$DIGEST" "$ACTOR"', label=label, more=who)]
    if after:
        jobs.append(_job(name, deploy, label=label, needs="approval", more=digest))
        jobs.append(_job(step, check, label=label, needs=name, more=digest))
    else:
        jobs.append(_job(step, check, label=label, needs="approval", more=digest))
        jobs.append(_job(name, deploy, label=label, needs=f"approval, {step}", more=digest))
    return f"""# By hand. Gitea asks no reviewer of an environment: check-approval.sh must refuse an actor who isn't
# allowed, an approval of another digest or target, and one that is too old.
name: {name}
on:
  workflow_dispatch:
    inputs:
      digest:
        description: sha256:... that main built and signed
        required: true
        type: string
permissions:
  contents: read
concurrency:
  group: {name}
  cancel-in-progress: false
jobs:
{"".join(jobs)}"""


def _scoped() -> str:
    return f"""# A template for your organisation's scoped workflows (Gitea 1.27 and later): copied to the repo that the
# organisation names, and required there, a repo's own pull requests can neither change nor drop it.
name: letsbe
on:
  pull_request:
permissions:
  contents: read
jobs:
{_job("letsbe", "pytest -p letsbe", suite=True)}"""
