"""Keyless bundles (Fulcio certificate, Rekor entry), judged by sigstore's own library and its embedded trust root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from ...model import CheckFailure
from .cosign import Claim
from .options import Identity


def judged(claim: Claim, identities: Sequence[Identity]) -> Claim:
    """The claim with the identity that signed it, when the manifest allows one of that name.

    Raises:
        CheckFailure: ``sigstore`` isn't installed, and the manifest allows identities.
    """
    if not claim.keyless or claim.problem:
        return claim
    if not identities:
        return replace(claim, problem="it is signed keyless, and checks.supply-chain.identities allows nobody")
    try:
        from sigstore.errors import Error
        from sigstore.models import Bundle
        from sigstore.verify import policy
    except ImportError:
        raise CheckFailure(
            f"{claim.shown} is a keyless bundle, which a library judges: pip install 'pytest-letsbe[keyless]'"
        ) from None
    for allowed in identities:
        try:
            _, payload = _verifier().verify_dsse(
                Bundle.from_json(claim.keyless), policy.Identity(identity=allowed.identity, issuer=allowed.issuer)
            )
        except (Error, ValueError):
            continue
        if payload == claim.payload:
            return replace(claim, signers=(allowed.identity,))
    return replace(claim, problem="no identity that the manifest allows signed it")


@cache
def _verifier() -> Any:
    from sigstore.verify import Verifier

    return Verifier.production(offline=True)
