"""Streams that leak, lose or repeat something where they are cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_letsbe.reference.redactor import ReferenceRedactor


class EachChunkAlone(ReferenceRedactor):
    """Each chunk is redacted by itself (443 of 713 split offsets leak)."""

    expected = "chunk-invariant"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        return {"chunks": [self.redact(chunk, **context)["text"] for chunk in chunks]}


class HoldsBackTooLittle(ReferenceRedactor):
    """Sixteen characters are held back for the next chunk: longer tokens are cut."""

    expected = "chunk-invariant"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        output, held = [], ""
        for chunk in chunks:
            held += chunk
            ready, held = held[:-16], held[-16:]
            output.append(self.redact(ready, **context)["text"])
        return {"chunks": [*output, self.redact(held, **context)["text"]]}


class LineBuffered(ReferenceRedactor):
    """Whole lines are redacted as they come: a private key is never seen whole."""

    expected = "chunk-invariant"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        output, held = [], ""
        for chunk in chunks:
            lines = (held + chunk).split("\n")
            held = lines.pop()
            output += [self.redact(line, **context)["text"] + "\n" for line in lines]
        return {"chunks": [*output, self.redact(held, **context)["text"]]}


class TailLost(ReferenceRedactor):
    """What was held back when the stream ended is never sent."""

    expected = "chunk-invariant"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        text = self.redact("".join(chunks), **context)["text"]
        return {"chunks": [text[:-20]]}


class LastChunkLost(ReferenceRedactor):
    """The loop stops before the last of several chunks."""

    expected = "chunk-invariant"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        return super().redact_chunks(chunks[:-1] or chunks, **context)


class OverlapTwice(ReferenceRedactor):
    """Every chunk is redacted together with the end of the one before, and that end is sent twice."""

    expected = "chunk-invariant"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        before, output = "", []
        for chunk in chunks:
            output.append(self.redact(before + chunk, **context)["text"])
            before = chunk[-8:]
        return {"chunks": output}


class EmptyChunkEnds(ReferenceRedactor):
    """An empty chunk is taken for the end of the stream, and the rest goes through as it is."""

    expected = "chunk-invariant"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        end = list(chunks).index("") if "" in chunks else len(chunks)
        return {"chunks": [*super().redact_chunks(chunks[:end], **context)["chunks"], *chunks[end:]]}


class ChunksStripped(ReferenceRedactor):
    """White space at the border of a chunk is lost."""

    expected = "chunk-invariant"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        return super().redact_chunks([chunk.strip(" ") for chunk in chunks], **context)


class OneByOneUnredacted(ReferenceRedactor):
    """More chunks than the buffer has room for push the oldest out unread."""

    expected = "chunk-invariant"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        oldest, kept = list(chunks[:-32]), chunks[-32:]
        return {"chunks": [*oldest, *super().redact_chunks(kept, **context)["chunks"]]}


class HoldsBackLittleMore(ReferenceRedactor):
    """A kilobyte is held back: every token fits, a private key doesn't."""

    expected = "chunk-invariant"
    first = "long-secrets"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        output, held = [], ""
        for chunk in chunks:
            held = self.redact(held + chunk, **context)["text"] if len(chunks) > 100 else held + chunk
            if len(chunks) > 100:
                output.append(held[:-1024])
                held = held[-1024:]
        return {"chunks": [*output, self.redact(held, **context)["text"]]}


class PlainTailLost(ReferenceRedactor):
    """What is held back in case a secret begins there is dropped when none does."""

    expected = "chunk-invariant"
    first = "plain-text"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        text = "".join(chunks)
        output = self.redact(text, **context)["text"]
        return {"chunks": [output[:-8] if output == text else output]}


class OnePiecePassed(ReferenceRedactor):
    """The loop looks at each piece together with the one before: the first of one has none."""

    expected = "chunk-invariant"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        return {"chunks": list(chunks)} if len(chunks) == 1 else super().redact_chunks(chunks, **context)


class EmojiCut(ReferenceRedactor):
    """What goes out is cut every 16 UTF-16 units, as a JavaScript string is, and written as UTF-8: halves become U+FFFD."""

    expected = "chunk-invariant"
    first = "plain-text"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        wide = self.redact("".join(chunks), **context)["text"].encode("utf-16-le", "surrogatepass")
        return {"chunks": [wide[at : at + 32].decode("utf-16-le", "replace") for at in range(0, len(wide), 32)]}
