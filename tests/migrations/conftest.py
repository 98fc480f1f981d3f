"""One server for each file of tests, and repos to judge."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pytest_letsbe.checks.migrations.check import MigrationsCheck
from pytest_letsbe.model import Location, Spec
from pytest_letsbe.runner import Runner


@pytest.fixture(scope="module")
def check():
    found = MigrationsCheck()
    yield found
    found.close()


@pytest.fixture
def repo(tmp_path):
    """Writes migrations by name, the deployed ones into ``base``, and a schema."""

    def write(new: dict[str, str], *, base: dict[str, str] | None = None, schema: str = "", **files: str) -> Path:
        for folder, some in (("prisma/base", base or {}), ("prisma/migrations", {**(base or {}), **new})):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            for name, text in some.items():
                place = tmp_path / folder / name
                place.mkdir()
                (place / "migration.sql").write_text(text, encoding="utf-8")
        (tmp_path / "prisma/migrations/migration_lock.toml").write_text('provider = "postgresql"\n')
        (tmp_path / "prisma/schema.sql").write_text(schema or "\n".join([*(base or {}).values(), *new.values()]))
        for name, text in files.items():
            (tmp_path / f"{name}.sql").write_text(text)
        return tmp_path

    return write


@pytest.fixture
def ends(check):
    """How each case of a repo ended: ``{"applies-on-base[rows]": Ended}``."""

    def judge(root: Path, **options) -> dict[str, object]:
        given = msgspec.convert({"base": {"file": "prisma/base"}, **options}, check.options)
        runner = Runner(check, check.cases(Spec("migrations", given, root, Location("letsbe.yaml"))))
        found = {f"{case.invariant}[{case.name}]": runner.end_of(case) for case in runner.cases}
        check.rest()
        return found

    return judge
