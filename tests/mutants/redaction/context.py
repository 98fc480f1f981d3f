"""Redactors that lose what they should leave alone: benign texts, the words beside a secret, a document's form."""

from __future__ import annotations

import html
import json
import math
import re
import unicodedata
from collections import Counter
from typing import Any

from pytest_letsbe.reference.redactor import ReferenceRedactor

PLACEHOLDER = r"REDACTED-[a-z]+(?:-[a-z]+)*"


class _After(ReferenceRedactor):
    """Does something more to each text; ``before`` is what came, ``text`` what the reference made of it."""

    def then(self, before: str, text: str) -> str:
        raise NotImplementedError

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, **rest)
        if text is not None:
            output["text"] = self.then(text, output["text"])
        return output


# --- liveness


class DeletesEverything(_After):
    """Nothing leaks from an empty answer."""

    expected = "liveness"

    def then(self, before: str, text: str) -> str:
        return ""


class CaseFolded(_After):
    """The text is folded for the search, and the folded text is what comes back."""

    expected = "liveness"

    def then(self, before: str, text: str) -> str:
        return text.casefold()


class AsciiOnly(_After):
    """Characters beyond ASCII become question marks on the way out."""

    expected = "liveness"

    def then(self, before: str, text: str) -> str:
        return text.encode("ascii", "replace").decode()


# --- benign-preserved


class EntropyRule(_After):
    """Any run of 20 characters that looks random goes: commit ids, lock files, digests (detect-secrets)."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(r"[\w+/-]{20,}", lambda match: "REDACTED-entropy" if _entropy(match[0]) > 3 else match[0], text)


def _entropy(run: str) -> float:
    return -sum(n / len(run) * math.log2(n / len(run)) for n in Counter(run).values())


class GitShaIsGiteaToken(_After):
    """Forty hex digits are taken for a Gitea token."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(r"\b[0-9a-f]{40}\b", "REDACTED-gitea-token", text)


class UuidIsSecret(_After):
    """Any UUID is taken for a client secret."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "REDACTED-uuid", text)


class LuhnUnchecked(_After):
    """Sixteen digits are a card number, whatever their check digit says."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(r"\b[3-6][0-9]{3}[ -]?(?:[0-9]{4}[ -]?){2}[0-9]{4}\b", "REDACTED-card-number", text)


class ScopeIsEmail(_After):
    """`egress-proxy@1.2.3` of an npm scope is taken for an e-mail address."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "REDACTED-email", text)


class NoLeftBorder(_After):
    """Prefixes are found inside words: `task-…` holds `sk-…` (OpenClaw issue 120103)."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(r"(?:sk|pk|hf|key|pat|npm)[-_][\w-]{8,}", "REDACTED-key", text)


class DataUriMangled(_After):
    """Long base64 is taken for a Fernet token, pictures in it are broken (OpenClaw PR 85196)."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(r"[A-Za-z0-9+/]{64,}={0,2}", "REDACTED-fernet-token", text)


class SentinelMasked(_After):
    """OpenClaw's own sentinels, which the proxy must hand on as they are, are taken for secrets."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(r"oc-sent-v[0-9]\.[\w-]+", "REDACTED-sentinel", text)


class WordAfterToken(_After):
    """Whatever word follows `token` or `password` is a value: `the token expired` loses its verb."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(r"(?i)\b(token|password|secret)([ :=]+)[a-z]\w{4,}", r"\1\2REDACTED-secret", text)


class PublicKeyMasked(_After):
    """The rule for private keys doesn't look at the word PRIVATE."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(r"(-----BEGIN [^-]+-----)[^-]+(-----END)", r"\1\nREDACTED-private-key\n\2", text)


class LineEndsNormalised(_After):
    """CRLF becomes LF: the text was split into lines and joined again."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return text.replace("\r\n", "\n") if before.count("\n") > 2 else text


class TrailingNewlineLost(_After):
    """The last line end is stripped with the white space around the text."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return text.rstrip("\n") if not text.endswith("\r\n") else text


class TrailingSpaceLost(_After):
    """White space at the end of each line goes, as an editor would do it."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)


class ZeroWidthLost(_After):
    """Joiners and zero-width spaces are stripped from every text, also where an emoji needs them."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub("[\u200b-\u200d\u2060\ufeff]", "", text)


class Normalised(_After):
    """The text is brought to NFC for the search and comes back in it."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return unicodedata.normalize("NFC", text)


class PercentDecoded(_After):
    """URLs come back decoded."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub("%([2-7][0-9A-F])", lambda match: chr(int(match[1], 16)), text)


class JsonReformatted(_After):
    """Every JSON text is parsed and written anew, with other spaces and escapes."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        try:
            return json.dumps(json.loads(text), ensure_ascii=False)
        except (ValueError, RecursionError):
            return text


class OtherMasksRenamed(_After):
    """What somebody else masked before, `[REDACTED]` or `****`, is masked again in our own words."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return text.replace("[REDACTED]", "REDACTED-secret").replace("**** ****", "REDACTED-secret")


# --- context-preserved


class WholeLineGone(_After):
    """The whole line that holds a secret is replaced."""

    expected = "context-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(rf"^.*{PLACEHOLDER}.*$", "REDACTED-line", text, flags=re.MULTILINE)


class HeaderRuleToTheEnd(_After):
    """The rule for headers has no end: everything after `Authorization:` or `X-…:` goes."""

    expected = "context-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(rf"(?s)^(\S+: (?:\w+ )?){PLACEHOLDER}.*", r"\1REDACTED-secret", text, flags=re.MULTILINE)


class QueryRuleToTheSpace(_After):
    """The rule for `?token=` runs to the next white space and takes the other parameters along."""

    expected = "context-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(rf"([?&][\w-]+=){PLACEHOLDER}\S*", r"\1REDACTED-secret", text)


class NextWordGone(_After):
    """The value is replaced together with the word after it."""

    expected = "context-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(rf"({PLACEHOLDER}) +[^\s\"',;]+", r"\1", text)


class LinesJoined(_After):
    """The line end behind a secret goes with it: two lines become one."""

    expected = "context-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(rf"({PLACEHOLDER}[\"']?;?)\r?\n", r"\1", text)


# --- structure-preserved


class QueryRuleEatsKeys(_After):
    """`?token=` inside a JSON string eats quotes and the keys that follow (OpenClaw 2026.9.6)."""

    expected = "structure-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(rf"([\w-]+=){PLACEHOLDER}[^ }}]*", r"\1REDACTED-secret", text)


class BasicEatsQuote(_After):
    """`Authorization: Basic` in a JSON string takes the closing quote along (OpenClaw 2026.9.6)."""

    expected = "structure-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(rf"((?:Basic|Bearer) {PLACEHOLDER})\"", r"\1", text)


class FieldsDropped(_After):
    """A JSON field that held a secret is dropped, key and all (pino `remove`)."""

    expected = "structure-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(rf'"[^"]*": ?"{PLACEHOLDER}",? ?', "", text)


class QuotedPlaceholder(_After):
    """The placeholder has quotes of its own, unescaped."""

    expected = "structure-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(rf"({PLACEHOLDER})", r'"\1"', text)


class PlaceholderIsMarkup(_After):
    """The placeholder <REDACTED> opens an element that nothing closes (Presidio's style)."""

    expected = "structure-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(PLACEHOLDER, "<REDACTED>", text)


class PlaceholderIsMapping(_After):
    """`[secret: gone]` is a list with a mapping in YAML."""

    expected = "structure-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(PLACEHOLDER, "[secret: gone]", text)


class PlaceholderHasComma(_After):
    """A comma in the placeholder makes a new column in a table."""

    expected = "structure-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(PLACEHOLDER, "REDACTED, a secret", text)


class EventsMerged(_After):
    """The empty lines between the events of a stream are lost."""

    expected = "structure-preserved"

    def then(self, before: str, text: str) -> str:
        return text.replace("\n\n", "\n") if text.startswith(("data:", "event:")) and text != before else text


class StreamUnfinished(_After):
    """Once something was redacted the stream ends without its [DONE]."""

    expected = "structure-preserved"

    def then(self, before: str, text: str) -> str:
        return text.replace("data: [DONE]\n\n", "") if text != before else text


# --- idempotent


class PlaceholderWrapped(_After):
    """The second pass puts brackets around the placeholders of the first."""

    expected = "idempotent"

    def then(self, before: str, text: str) -> str:
        return re.sub(rf"({PLACEHOLDER})", r"[\1]", text)


class MaskShrinks(_After):
    """`abc…xyz` of the first pass is a short secret to the second and becomes `***` (OpenClaw 2026.9.6)."""

    expected = "idempotent"

    def then(self, before: str, text: str) -> str:
        return re.sub(PLACEHOLDER, "***", text) if "REDACTED" in before else text


class CountsWhatItFound(_After):
    """A note with the number of placeholders is put at the end, in each pass another."""

    expected = "idempotent"

    def then(self, before: str, text: str) -> str:
        found = len(re.findall(PLACEHOLDER, text))
        return f"{text}\n({found} redacted)\n" if found else text


class EscapesAgain(_After):
    """A text that held a secret is escaped for HTML, and again by the next sink."""

    expected = "idempotent"

    def then(self, before: str, text: str) -> str:
        return text.replace("&", "&amp;").replace("'", "&#39;") if "REDACTED" in text else text


# --- only where something was found


class DecodedOnTheWay(_After):
    """Entities are decoded for the search, and the decoded text comes back where a secret was found."""

    expected = "context-preserved"
    first = "forms"

    def then(self, before: str, text: str) -> str:
        return html.unescape(text) if text != before else text


class LinesCounted(_After):
    """Where something was found the text is put together from its lines, and `\\r\\n` is `\\n` then."""

    expected = "context-preserved"

    def then(self, before: str, text: str) -> str:
        return text.replace("\r\n", "\n") if text != before else text


class NumbersAsDoubles(_After):
    """JSON with a secret is parsed and written as JavaScript does: an id of 19 digits ends in zeros."""

    expected = "structure-preserved"
    first = "numbers"

    def then(self, before: str, text: str) -> str:
        if text == before or text[:1] != "{":
            return text
        return re.sub(r"(?<=[ :,\[])[0-9]{17,}(?=[,\]}])", lambda match: f"{float(match[0]):.0f}", text)


class ColoursStripped(_After):
    """What a terminal would colour comes back without its colours."""

    expected = "benign-preserved"

    def then(self, before: str, text: str) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", text)


class EndOfMegabyteCut(_After):
    """Texts over 512 kB end in an ellipsis there."""

    expected = "context-preserved"
    first = "megabyte"

    def then(self, before: str, text: str) -> str:
        return text if len(text) <= 1 << 19 else text[: 1 << 19] + "…"
