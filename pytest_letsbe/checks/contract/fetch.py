"""One file over http, within a deadline and a size: a server that hangs, drips or floods is an error like any other."""

from __future__ import annotations

import time
from email.message import Message
from http.client import HTTPException
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ...openapi.load import MAX_BYTES

#: One read may take so many seconds, the whole file so many.
SILENCE, WHOLE = 15.0, 60.0
#: What to do when the base can't be had.
MEND = "give a url that answers with the document itself, or use base: {git: REF} or {file: PATH}"


def fetch(url: str, *, silence: float = SILENCE, whole: float = WHOLE, most: int = MAX_BYTES) -> bytes:
    """The body of ``url``; redirects to other http addresses are followed.

    Raises:
        OSError: with a sentence that says why it can't be had.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise OSError(5, f"only http and https are fetched; {MEND}")
    ends = time.monotonic() + whole
    asked = Request(url, headers={"Accept": "application/json, application/yaml;q=0.9, */*;q=0.5"})  # noqa: S310
    try:
        with build_opener(_Redirects).open(asked, timeout=silence) as reply:
            return _body(reply, ends, most)
    except HTTPError as error:
        raise OSError(5, f"the server answered {error.code} {error.reason}; {MEND}") from None
    except TimeoutError:
        raise OSError(5, f"the server was silent for {silence:g} s; {MEND}") from None
    except URLError as error:
        silent = isinstance(error.reason, TimeoutError)
        said = f"the server was silent for {silence:g} s" if silent else f"it can't be reached: {error.reason}"
        raise OSError(5, f"{said}; {MEND}") from None
    except (HTTPException, ConnectionError, ValueError) as error:
        raise OSError(5, f"the answer broke off: {type(error).__name__}: {error}; {MEND}") from None


def _body(reply: Any, ends: float, most: int) -> bytes:
    found = bytearray()
    while piece := reply.read1(1 << 16):
        found += piece
        if len(found) > most:
            raise ValueError(f"more than {most:,} bytes")
        if time.monotonic() > ends:
            raise ValueError("it took too long")
    if reply.length:
        raise ValueError(f"{reply.length:,} bytes are missing")
    return bytes(found)


class _Redirects(HTTPRedirectHandler):
    """Never to ftp, which the library would follow too."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        if urlsplit(newurl).scheme not in ("http", "https"):
            raise HTTPError(newurl, code, f"with a redirect to {newurl}", Message(), fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
