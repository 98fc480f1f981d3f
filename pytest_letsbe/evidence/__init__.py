"""Proof from outside pytest, for a check that has no suite of ours: a command that ran, and its JUnit report."""

from .check import EvidenceCheck, EvidenceOptions
from .counts import Counts
from .junit import read_junit

__all__ = ["Counts", "EvidenceCheck", "EvidenceOptions", "read_junit"]
