"""The second redactor: parses first, decodes each leaf, and replaces whole leaves and whole words.

It shares the table of vendor prefixes with the reference and nothing else, so that an invariant that only the
reference's way of cutting can satisfy shows.
"""

from .redactor import LeafRedactor

__all__ = ["LeafRedactor"]
