"""The registry: check names to checks, imported when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module

from ..model import UsageError
from ..suggest import did_you_mean
from .base import Check

#: name -> "module:attribute" below this package.
BUILTIN: Mapping[str, str] = {
    "changes": "changes.check:ChangesCheck",
    "contract": "contract.check:ContractCheck",
    "egress": "egress.check:EgressCheck",
    "gating": "gating.check:GatingCheck",
    "hooks": "hooks.check:HooksCheck",
    "migrations": "migrations.check:MigrationsCheck",
    "onboarding": "onboarding.check:OnboardingCheck",
    "perf": "perf.check:PerfCheck",
    "pipeline": "pipeline.check:PipelineCheck",
    "pricing": "pricing.check:PricingCheck",
    "redaction": "redaction.check:RedactionCheck",
    "references": "references.check:ReferencesCheck",
    "rollout": "rollout.check:RolloutCheck",
    "secrets": "secrets.check:SecretsCheck",
    "shellcheck": "shellcheck.check:ShellcheckCheck",
    "smoke": "smoke.check:SmokeCheck",
    "supply-chain": "supply_chain.check:SupplyChainCheck",
    "templates": "templates.check:TemplatesCheck",
}


class Checks(Mapping[str, Check]):
    """Built-in checks, loaded on first use, and those that other packages registered."""

    def __init__(self, others: Iterable[Check] = ()) -> None:
        self._loaded: dict[str, Check] = {check.name: check for check in others}
        self._names = sorted({*BUILTIN, *self._loaded})

    def __getitem__(self, name: str) -> Check:
        if name not in self._loaded:
            module, _, attribute = BUILTIN[name].partition(":")
            self._loaded[name] = getattr(import_module(f".{module}", __name__), attribute)()
        return self._loaded[name]

    def named(self, name: str) -> Check:
        """The check of that name; ``UsageError`` with the nearest one where there is none."""
        if name not in self._names:
            raise UsageError(f"no check is called {name!r}{did_you_mean(name, self._names)}")
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
