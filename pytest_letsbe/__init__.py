"""Security and contract invariants for LetsBe packages, proven by your own pytest run."""

__version__ = "0.1.0"
