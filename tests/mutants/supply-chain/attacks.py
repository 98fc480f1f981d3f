"""Every attack of the factory on a set of cosign v2, and those on statements also on bundles of v3 with SPDX."""

from pytest_letsbe.checks.supply_chain.attacks import ATTACKS
from pytest_letsbe.checks.supply_chain.factory import build as _build

#: What is read in another way in the other style.
_BOTH = [
    name for name in ATTACKS if name.split("-")[0] in ("unsigned", "another", "signature", "sbom", "lock", "provenance")
]


def _mutant(name, suffix="", **plan):
    attack = ATTACKS[name]

    def build(folder):
        return _build(folder, name, **plan).options

    title = "".join(part.title() for part in name.split("-")) + suffix
    members = {
        "__doc__": attack.sentence,
        "__module__": __name__,
        "expected": attack.expected,
        "build": staticmethod(build),
    }
    globals()[title] = type(title, (), members)


for _name in ATTACKS:
    _mutant(_name)
for _name in _BOTH:
    _mutant(_name, "InBundle", style="v3", sbom_format="spdx", algorithm="ed25519")
