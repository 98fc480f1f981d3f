"""Bytes as text and back, every byte kept that isn't part of a secret."""

from __future__ import annotations

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


def decoded(data: bytes) -> tuple[str, str]:
    """The text and its encoding. Invalid bytes stay as surrogates, which ``encoded`` turns back."""
    name = next((name for bom, name in _BOMS if data.startswith(bom)), None) or _wide(data)
    if name is not None:
        text = data.decode(name, "surrogatepass") if _even(data, name) else ""
        if text and text.encode(name, "surrogatepass") == data:
            return text, name
    return data.decode("utf-8", "surrogateescape"), "utf-8"


def encoded(text: str, name: str) -> bytes:
    return text.encode(name, "surrogateescape" if name == "utf-8" else "surrogatepass")


def _even(data: bytes, name: str) -> bool:
    return len(data) % (4 if name.startswith("utf-32") else 2) == 0


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: nearly every other byte is zero."""
    sample = data[:4096]
    half = len(sample) // 2
    if half < 4 or len(data) % 2:
        return None
    if sample[1::2].count(0) > half * 0.7 and sample[::2].count(0) < half * 0.1:
        return "utf-16-le"
    if sample[::2].count(0) > half * 0.7 and sample[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return None
