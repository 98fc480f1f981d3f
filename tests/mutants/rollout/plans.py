"""Plans with one mistake each, and two sound ones; the controller that gets them is correct."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def _digest(letter: str) -> str:
    return "sha256:" + letter * 64


def _sound() -> dict[str, Any]:
    """A sound plan for ten tenants in EU and four in US."""
    fleet = [
        {"tenant": f"{region}-{n}", "region": region, "digest": _digest("ab"[n % 2]), "tier": ("pro", "basic")[n % 2]}
        for region, count in (("eu", 10), ("us", 4))
        for n in range(count)
    ]
    waves = [
        {"name": "eu-canary", "region": "eu", "percent": 10, "gate": "eu-canary", "soak": 60},
        {"name": "eu-all", "region": "eu", "percent": 100, "soak": 60},
        {"name": "us-canary", "region": "us", "percent": 25, "gate": "us", "soak": 60},
        {"name": "us-all", "region": "us", "percent": 100, "gate": "us-all", "soak": 60},
    ]
    plan = {
        "type": "wrapper-package",
        "component": "safety-wrapper",
        "tag": "safety/v1.4.2",
        "digest": _digest("c"),
        "rounding": "ceil",
        "max_canary_percent": 15,
        "halt": {"failing": 1, "no_data": "hold"},
        "rollback": {"auto": True, "to": "previous"},
        "waves": waves,
    }
    return {"version": 1, "plan": plan, "fleet": fleet}


class _Plan:
    """Writes the sound plan with one change."""

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        """Change nothing."""

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        file = _sound()
        cls.change(file)
        (folder / "rollout-plan.yaml").write_text(json.dumps(file))
        return {}


class SoundPlan(_Plan):
    """Waves that rise, gates at both regions, a way back."""

    expected = None


class SoundFloorPlan(_Plan):
    """Rounded down with at least one tenant, an OpenClaw version, some tenants frozen."""

    expected = None

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["plan"] |= {"type": "openclaw", "tag": "2026.9.6", "rounding": "floor", "minimum": 1}
        file["fleet"][3] |= {"frozen": True}


class NoRounding(_Plan):
    """Doesn't say how a percentage is rounded."""

    expected = "plan-waves"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        del file["plan"]["rounding"]


class FivePercentOfFour(_Plan):
    """5 % looks harmless, and is a quarter of four tenants."""

    expected = "plan-waves"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["fleet"] = [
            member for member in file["fleet"] if member["tenant"] not in [f"eu-{n}" for n in range(4, 10)]
        ]
        file["plan"]["waves"][0]["percent"] = 5


class FallingWaves(_Plan):
    """A later wave is smaller than the one before."""

    expected = "plan-waves"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["plan"]["waves"].insert(1, file["plan"]["waves"][1] | {"name": "eu-less", "percent": 10})


class LeavesTenantsBehind(_Plan):
    """The last wave of a region isn't all of it."""

    expected = "plan-waves"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["plan"]["waves"][-1]["percent"] = 90


class ForgottenRegion(_Plan):
    """A tenant lives where no wave goes."""

    expected = "plan-waves"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["fleet"][-1]["region"] = "ap"


class UsFirst(_Plan):
    """US before EU."""

    expected = "plan-regions"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        waves = file["plan"]["waves"]
        file["plan"]["waves"] = waves[2:] + waves[:2]


class UsWithoutGate(_Plan):
    """US follows EU without anybody's approval."""

    expected = "plan-regions"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        del file["plan"]["waves"][2]["gate"]


class OneGateForBoth(_Plan):
    """The approval for EU opens US too."""

    expected = "plan-regions"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["plan"]["waves"][2]["gate"] = "eu-canary"


class NoThreshold(_Plan):
    """Nothing halts it."""

    expected = "plan-thresholds"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        del file["plan"]["halt"]


class ThresholdOutOfReach(_Plan):
    """Three failing tenants halt it; the canary is one."""

    expected = "plan-thresholds"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["plan"]["halt"]["failing"] = 3


class IgnoresMissingHealth(_Plan):
    """No news is good news."""

    expected = "plan-thresholds"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["plan"]["halt"]["no_data"] = "ignore"


class NoSoakPlanned(_Plan):
    """The canary is followed at once."""

    expected = "plan-thresholds"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["plan"]["waves"][0]["soak"] = 0


class ManualRollback(_Plan):
    """Somebody has to take it back by hand."""

    expected = "plan-rollback"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["plan"]["rollback"]["auto"] = False


class NothingToGoBackTo(_Plan):
    """A tenant runs a tag that nobody can go back to."""

    expected = "plan-rollback"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["fleet"][2]["digest"] = "safety:latest"


class LatestTag(_Plan):
    """An OpenClaw campaign for `latest`."""

    expected = "plan-pinned"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["plan"] |= {"type": "openclaw", "tag": "latest"}


class ShortDigest(_Plan):
    """The digest is cut short."""

    expected = "plan-pinned"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["plan"]["digest"] = "sha256:cccccccccccc"


class InternalCanary(_Plan):
    """Only our own tenants are in the first region."""

    expected = "plan-canary"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        for member in file["fleet"]:
            member["internal"] = member["region"] == "eu"


class TierLeftOut(_Plan):
    """A tier whose first tenant gets the digest in the last region."""

    expected = "plan-canary"

    @staticmethod
    def change(file: dict[str, Any]) -> None:
        file["fleet"][-1]["tier"] = "enterprise"
