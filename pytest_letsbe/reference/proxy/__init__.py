"""A small, correct egress proxy: the embedded reference, and the sparring partner of the check `egress`.

It shares no code with the check that judges it. Each rule is a method of its own, so that a fault is a class that overrides one.
"""

from .server import ReferenceProxy

__all__ = ["ReferenceProxy"]
