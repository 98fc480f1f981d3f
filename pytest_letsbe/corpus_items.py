"""A corpus file into pytest items: pointed at ``corpora/``, pytest validates every row by itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from .checks.base import CorpusCheck
from .model import Case, LetsbeError, UsageError
from .session import checks


class CorpusFile(pytest.File):
    """``corpora/<check>/<name>.yaml``."""

    def collect(self) -> Iterator[RowItem]:
        known = checks(self.config)
        check = known.get(self.path.parent.name)
        if not isinstance(check, CorpusCheck):
            return
        try:
            cases = check.corpus_cases(self.path)
        except UsageError as error:
            raise self.CollectError(str(error)) from None
        for case in cases:
            name = f"{case.invariant}[{case.name}]"
            yield RowItem.from_parent(self, name=name, callobj=partial(check.validate, case), case=case)


class RowItem(pytest.Function):
    """One row."""

    def __init__(self, *, case: Case, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.row = case

    def getparent(self, cls: type[Any]) -> Any:
        return super().getparent(CorpusFile if cls is pytest.Module else cls)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, self.row.location.line - 1 if self.row.location else None, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, LetsbeError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)
