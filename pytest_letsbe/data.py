"""Where the shipped data lies: ``corpora/``, ``contracts/``, ``mutants/``, in a wheel and in a checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

_CHECKOUT = {"mutants": "tests/mutants"}


def data_dir(name: str) -> Path:
    """The folder ``name``: inside the installed package, else beside it in a checkout.

    An editable install has no data inside the package, so that the checkout's live files are used.
    """
    inside = Path(str(files(__package__))) / name
    if inside.is_dir():
        return inside
    return Path(str(files(__package__))).parent / _CHECKOUT.get(name, name)
