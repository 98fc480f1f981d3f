"""Sets that violate nothing, made with different tools: a rule that fails one of them is wrong."""

import json
from datetime import UTC, datetime

from pytest_letsbe.checks.supply_chain.factory import build
from pytest_letsbe.checks.supply_chain.plan import REPOSITORY

_GRYPE = {
    "descriptor": {"timestamp": datetime.now(UTC).isoformat()},
    "matches": [
        {
            "vulnerability": {"id": "CVE-2026-0001", "severity": "High"},
            "artifact": {"name": "zod", "version": "3.24.1"},
        },
        {"vulnerability": {"id": "CVE-2026-0002", "severity": "Low"}, "artifact": {"name": "zod", "version": "3.24.1"}},
    ],
}


class TagsAndCyclonedx:
    """cosign v2: tags for signatures and attestations, ECDSA, CycloneDX; every option is used."""

    expected = None

    @staticmethod
    def build(folder):
        files = {
            "deploy/dev.yaml": f"hub: {REPOSITORY}@{{digest}}\n",
            "deploy/prod.yaml": "hub: {digest}\n",
            "grype.json": json.dumps(_GRYPE),
        }
        exception = {"id": "CVE-2026-0001", "owner": "hub", "until": "2999-01-01", "reason": "not reachable"}
        options = {
            "promotion": {"deployed": ["deploy/dev.yaml"], "promoted": ["deploy/prod.yaml"]},
            "vulnerabilities": {"reports": ["grype.json"], "exceptions": [exception]},
            "rebuild": "dist/oci",
        }
        return build(folder, files=files, options=options).options


class BundlesAndSpdx:
    """cosign v3: bundles that refer to the image, Ed25519, SPDX."""

    expected = None

    @staticmethod
    def build(folder):
        return build(folder, style="v3", sbom_format="spdx", algorithm="ed25519").options


class PythonWithStages:
    """A Python service: uv.lock, a Dockerfile with stages and arguments, a compose file that builds, variables."""

    expected = None

    @staticmethod
    def build(folder):
        lock = (
            'version = 1\n\n[[package]]\nname = "hub"\nversion = "1.0"\nsource = { editable = "." }\n'
            'dependencies = [{ name = "left_pad" }, { name = "winonly", marker = "sys_platform == \'win32\'" }]\n\n'
            '[[package]]\nname = "left-pad"\nversion = "1.3.0"\n\n[[package]]\nname = "winonly"\nversion = "2.0"\n'
        )
        base = "python:3.13@sha256:" + "a" * 64
        files = {
            "uv.lock": lock,
            "Dockerfile": f"ARG BASE={base}\nFROM --platform=$BUILDPLATFORM ${{BASE}} AS One\nFROM one\nFROM scratch\nCOPY --from=0 \\\n  /a /b\n",
            "compose.yaml": f"services:\n  hub: {{build: ., image: hub}}\n  api: {{image: '${{HUB_IMAGE}}'}}\n  own:\n    image: {REPOSITORY}:v1@{{digest}}\n",
            "k8s/hub.yaml": f"a: 1\n---\nimage: {{repository: {REPOSITORY}, tag: v1, digest: '{{digest}}'}}\n",
        }
        made = build(folder, files=files, packages={"fastify": "5.2.0"})
        # The SBOM of the factory lists npm packages: the lock file of this set is judged in tests/supply_chain.
        return {**made.options, "lockfiles": ["package-lock.json"]}
