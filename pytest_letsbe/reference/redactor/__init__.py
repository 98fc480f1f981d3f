"""A small, correct redactor: the embedded reference, and the oracle's sparring partner.

It shares no code with the check that judges it: a fault in both would hide.
"""

from .redactor import ReferenceRedactor

__all__ = ["ReferenceRedactor"]
