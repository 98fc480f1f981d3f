"""A port as the command line takes it."""

from __future__ import annotations

import argparse


def port(text: str) -> int:
    """0 is any free one."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 0 to 65535")
    return int(text)
