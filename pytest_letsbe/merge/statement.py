"""A merged verdict as an in-toto Statement, and the DSSE envelope that signs it: what a promotion job verifies.

Statement v1 and DSSE v1 (``PAE``) as in-toto/attestation and secure-systems-lab/dsse specify them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from .. import __version__
from ..model import UsageError
from .reports import digest
from .verdict import CheckVerdict, Merged

PREDICATE = "https://pytest-letsbe.dev/verdict/v1"
PAYLOAD = "application/vnd.in-toto+json"
_WORDS = {
    "passed": "PASSED", "failed": "FAILED", "missing": "MISSING", "vacuous": "VACUOUS",
    "not-evaluated": "UNVERIFIED", "waived": "EXCEPTED",
}  # fmt: skip
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")


def to_statement(merged: Merged, now: datetime | None = None) -> str:
    """One statement over all packages; its subjects are their commits.

    Raises:
        UsageError: a report names no commit, so that the verdict would speak of nothing.
    """
    subjects = {commit: name for name, commit in _commits(merged)}
    for commit, name in subjects.items():
        if not _COMMIT.match(commit):
            raise UsageError(
                f"the report of {name} names no commit: run it in a git checkout, or leave --statement out"
            )
    if not subjects:
        raise UsageError("there is no report to make a statement of")
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"gitCommit": commit}} for commit, name in sorted(subjects.items())],
        "predicateType": PREDICATE,
        "predicate": {
            "verifier": {"id": "pytest-letsbe", "version": __version__},
            "timeCreated": (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "verdict": "PASSED" if merged.satisfied else "FAILED",
            "packages": {
                package.name: {
                    "verdict": "PASSED" if package.satisfied else "FAILED",
                    "reasons": list(package.reasons),
                    "checks": {check.name: _check(check) for check in package.checks},
                }
                for package in merged.packages
            },
            "evidence": sorted({"sha256:" + digest(report) for report in merged.reports}),
        },
    }
    return json.dumps(statement, indent=1, sort_keys=True) + "\n"


def _commits(merged: Merged) -> list[tuple[str, str]]:
    return [(package.name, commit or "") for package in merged.packages for commit in package.commits]


def _check(check: CheckVerdict) -> dict[str, Any]:
    counts = msgspec.to_builtins(check.counts)
    return {
        "status": _WORDS[check.status],
        "required": check.required,
        "counts": counts,
        "reasons": list(check.reasons),
    }


def sign(payload: bytes, key: Path) -> str:
    """A DSSE envelope of ``payload``; ``key`` is a PEM private key, Ed25519 or ECDSA P-256.

    Raises:
        UsageError: the key can't be read, or ``cryptography`` isn't installed.
    """
    try:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    except ImportError:
        raise UsageError("signing needs a library: pip install 'pytest-letsbe[signing]'") from None
    try:
        private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{key}: not a PEM private key without a password ({type(error).__name__})") from None
    message = pae(PAYLOAD, payload)
    if isinstance(private, ed25519.Ed25519PrivateKey):
        signature = private.sign(message)
    elif isinstance(private, ec.EllipticCurvePrivateKey):
        signature = private.sign(message, ec.ECDSA(hashes.SHA256()))
    else:
        raise UsageError(f"{key}: an Ed25519 or ECDSA key signs a verdict, not {type(private).__name__}")
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    envelope = {
        "payloadType": PAYLOAD,
        "payload": base64.b64encode(payload).decode("ascii"),
        "signatures": [
            {"keyid": hashlib.sha256(public).hexdigest(), "sig": base64.b64encode(signature).decode("ascii")}
        ],
    }
    return json.dumps(envelope, indent=1) + "\n"


def pae(kind: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is signed."""
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
