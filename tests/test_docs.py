"""Each check has a page, and the page says what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_letsbe.checks import BUILTIN, Checks

DOCS = Path(__file__).parent.parent / "docs"
#: Checks that share a page.
SHARED = {"references": "scanner", "secrets": "scanner", "onboarding": "website", "pricing": "website"}


@pytest.mark.parametrize("check", sorted(BUILTIN))
def test_the_page_of_a_check_has_every_statement_of_its_code(check):
    page = (DOCS / f"{SHARED.get(check, check)}.md").read_text(encoding="utf-8")
    for invariant in Checks()[check].invariants:
        assert f"| `{invariant.id}` | {invariant.statement} |" in page, (
            f"{invariant.id}: paste its row of `letsbe list {check} --markdown`"
        )
