"""Servers of a small API, each with one fault, and differently built ones without: `servers.py NAME PORT` runs one."""

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

HERE = Path(__file__).parent
OPTIONS = {
    "spec": str(HERE / "_parcels.yaml"),
    "config": str(HERE / "_parcels.toml"),
    "target": "api",
    "phases": ["examples", "coverage"],
    "coverage": {"operations": 1.0, "successes": 1.0},
}
TOKEN = "demo"
JSON, PROBLEM = "application/json", "application/problem+json"


class Refusal(Exception):
    """Ends a request with a status and a reason."""

    def __init__(self, status, title):
        super().__init__(title)
        self.status, self.title = status, title


class _Parcels:
    """Keeps to its description."""

    check_options = OPTIONS

    def __init__(self):
        self.parcels = {}
        self.made = 0
        self.make({"to": "Lyon", "grams": 1200})

    def answer(self, method, path, query, headers, body):
        """Status, headers and body of one request."""
        try:
            return self.route(method, path, query, headers, body)
        except Refusal as refusal:
            return self.refuse(refusal.status, refusal.title)

    def route(self, method, path, query, headers, body):
        if path == "/health":
            self.only(method, "GET")
            return self.health()
        found = re.fullmatch(r"/parcels(?:/([^/]+))?", path)
        if not found:
            raise Refusal(404, "No such page")
        self.only(method, *(("GET", "DELETE") if found[1] else ("GET", "POST")))
        self.admit(method, path, headers)
        if not found[1]:
            return self.list(query) if method == "GET" else self.create(headers, body)
        name = unquote(found[1])
        if not re.fullmatch(r"p-[0-9]{4}", name, re.ASCII):
            raise Refusal(422, "No id of a parcel")
        return self.read(name) if method == "GET" else self.cancel(name)

    def only(self, method, *allowed):
        if method not in allowed:
            raise Refusal(405, ", ".join(allowed))

    def admit(self, method, path, headers):
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refusal(401, "Who are you?")

    def health(self):
        return 200, {"Content-Type": JSON}, {"status": "ok"}

    def list(self, query):
        limit, status = self.page(query)
        items = [self.shown(p) for p in self.parcels.values() if status in (None, p["status"])]
        return 200, {"Content-Type": JSON, "X-Total-Count": str(len(items))}, {"items": items[:limit], "next": None}

    def page(self, query):
        limit, status = query.get("limit", "20"), query.get("status")
        if not re.fullmatch("[0-9]{1,3}", limit, re.ASCII) or not 1 <= int(limit) <= 50:
            raise Refusal(422, "limit is 1 to 50")
        if status not in (None, "waiting", "moving", "delivered"):
            raise Refusal(422, "no such status")
        return int(limit), status

    def create(self, headers, body):
        parcel = self.make(self.wanted(body))
        return 201, {"Content-Type": JSON, "Location": f"/parcels/{parcel['id']}"}, self.shown(parcel)

    def wanted(self, body):
        try:
            wanted = json.loads(body)
        except ValueError:
            raise Refusal(422, "That is no JSON") from None
        if not isinstance(wanted, dict) or not {"to", "grams"} <= wanted.keys() <= {"to", "grams", "note"}:
            raise Refusal(422, "Needs to and grams, and may have a note")
        to, grams, note = wanted["to"], wanted["grams"], wanted.get("note", "")
        if not isinstance(to, str) or not 1 <= len(to) <= 80 or not isinstance(note, str) or len(note) > 200:
            raise Refusal(422, "to and note are short texts")
        if isinstance(grams, float) and grams.is_integer():
            grams = wanted["grams"] = int(grams)
        if type(grams) is not int or not 1 <= grams <= 30000:
            raise Refusal(422, "grams is 1 to 30000")
        return wanted

    def make(self, wanted):
        self.made += 1
        name = f"p-{self.made % 10000:04}"
        self.parcels[name] = {"id": name, **wanted, "status": "waiting", "created": "2026-11-01T12:00:00Z"}
        return self.parcels[name]

    def shown(self, parcel):
        return parcel

    def read(self, name):
        if name not in self.parcels:
            raise Refusal(404, "No such parcel")
        return 200, {"Content-Type": JSON}, self.shown(self.parcels[name])

    def cancel(self, name):
        if name not in self.parcels:
            raise Refusal(404, "No such parcel")
        if name != "p-0001":
            del self.parcels[name]
        return 204, {}, None

    def refuse(self, status, title):
        headers = {"Content-Type": PROBLEM} | ({"Allow": title} if status == 405 else {})
        return status, headers, {"title": title, "status": status}


class Correct(_Parcels):
    """Keeps to its description."""

    expected = None


class Stricter(_Parcels):
    """Refuses unknown query parameters and duplicates, counts in its own way, and closes idle connections."""

    expected = None

    def route(self, method, path, query, headers, body):
        if path == "/parcels" and query.keys() - {"limit", "status"}:
            self.only(method, "GET", "POST")
            self.admit(method, path, headers)
            raise Refusal(422, "an unknown parameter")
        return super().route(method, path, query, headers, body)

    def make(self, wanted):
        self.made += 7
        return super().make(wanted)

    def refuse(self, status, title):
        status, headers, data = super().refuse(status, title)
        return status, {**headers, "Content-Type": PROBLEM + "; charset=utf-8", "Connection": "close"}, data


class Generous(_Parcels):
    """Sends more fields and headers than it promised, and shrugs off what it needn't read."""

    expected = None

    def shown(self, parcel):
        return {**parcel, "colour": "brown", "links": {"self": f"/parcels/{parcel['id']}"}}

    def list(self, query):
        status, headers, data = super().list(query)
        return status, {**headers, "X-Request-Id": "7", "Cache-Control": "no-store"}, data

    def page(self, query):
        limit = query.get("limit", "20")
        return (int(limit) if re.fullmatch("[0-9]{1,3}", limit, re.ASCII) else 20), None


class Crashes(_Parcels):
    """A limit at the edge is a division by zero."""

    expected = "conforms"

    def page(self, query):
        limit, status = super().page(query)
        return limit // (limit - 1), status


class CrashesOnGarbage(_Parcels):
    """What is no JSON ends in an exception."""

    expected = "conforms"

    def wanted(self, body):
        json.loads(body)
        return super().wanted(body)


class WrongStatus(_Parcels):
    """Created parcels are answered with 200, and 201 is documented."""

    expected = "conforms"

    def create(self, headers, body):
        return 200, *super().create(headers, body)[1:]


class UndocumentedStatus(_Parcels):
    """A parcel that isn't there is a 410, which nobody documented."""

    expected = "conforms"

    def refuse(self, status, title):
        return super().refuse(410 if status == 404 else status, title)


class MissingField(_Parcels):
    """A parcel has lost its date."""

    expected = "conforms"

    def shown(self, parcel):
        return {key: value for key, value in parcel.items() if key != "created"}


class NullField(_Parcels):
    """A parcel that has no note says null, where a text or nothing is promised."""

    expected = "conforms"

    def shown(self, parcel):
        return {"note": None, **parcel}


class WrongType(_Parcels):
    """The weight comes as text."""

    expected = "conforms"

    def shown(self, parcel):
        return {**parcel, "grams": str(parcel["grams"])}


class WrongEnum(_Parcels):
    """A state that consumers don't know."""

    expected = "conforms"

    def shown(self, parcel):
        return {**parcel, "status": "lost"}


class WrongFormat(_Parcels):
    """The date is written as people write it."""

    expected = "conforms"

    def shown(self, parcel):
        return {**parcel, "created": "1 November 2026"}


class WrongContentType(_Parcels):
    """JSON that calls itself HTML."""

    expected = "conforms"

    def read(self, name):
        status, headers, data = super().read(name)
        return status, {**headers, "Content-Type": "text/html"}, data


class PlainErrors(_Parcels):
    """Refusals are plain text, and problem documents are promised."""

    expected = "conforms"

    def refuse(self, status, title):
        return status, {"Content-Type": "text/plain"}, title


class MissingHeader(_Parcels):
    """The required count of all parcels is forgotten."""

    expected = "conforms"

    def list(self, query):
        status, headers, data = super().list(query)
        return status, {"Content-Type": headers["Content-Type"]}, data


class WrongHeader(_Parcels):
    """The count of all parcels is a word."""

    expected = "conforms"

    def list(self, query):
        status, headers, data = super().list(query)
        return status, {**headers, "X-Total-Count": "many"}, data


class BrokenJson(_Parcels):
    """The list is cut off."""

    expected = "conforms"

    def list(self, query):
        status, headers, data = super().list(query)
        return status, headers, json.dumps(data)[:-1]


class OpenDoor(_Parcels):
    """Anybody may cancel a parcel."""

    expected = "conforms"

    def admit(self, method, path, headers):
        if method != "DELETE":
            super().admit(method, path, headers)


class AnyToken(_Parcels):
    """Credentials must be there; which they are is never looked at."""

    expected = "conforms"

    def admit(self, method, path, headers):
        if not headers.get("Authorization"):
            raise Refusal(401, "Who are you?")


class HangsUp(_Parcels):
    """The connection is cut in the middle of an answer."""

    expected = "conforms"

    def read(self, name):
        raise ConnectionAbortedError


class RefusesAll(_Parcels):
    """Every request is refused, and refusals are documented."""

    expected = "liveness"

    def route(self, method, path, query, headers, body):
        raise Refusal(401, "Not today")

    def refuse(self, status, title):
        return super().refuse(status, title)


class Dies(_Parcels):
    """Ends before it listens."""

    expected = "liveness"

    def __init__(self):
        raise SystemExit("no database")


class NeverCreates(_Parcels):
    """Whatever is created is refused, which is documented: only the count of successes shows it."""

    expected = "coverage"

    def create(self, headers, body):
        raise Refusal(422, "Not now")


def serve(name, port):
    """Answer requests until the process is ended."""
    subject = globals()[name]()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def reply(self):
            length = self.headers.get("Content-Length") or "0"
            body = self.rfile.read(int(length)) if length.isdigit() else b""
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            try:
                status, headers, data = subject.answer(self.command, parts.path, query, self.headers, body)
            except ConnectionAbortedError:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
                self.close_connection = True
                return
            except Exception as error:
                status, headers, data = 500, {"Content-Type": "text/plain"}, str(error)
            raw = b"" if data is None else data.encode() if isinstance(data, str) else json.dumps(data).encode()
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            if status != 204:
                self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            if self.command != "HEAD" and status != 204:
                self.wfile.write(raw)

        def log_message(self, *args):
            pass

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"):
        setattr(Handler, f"do_{method}", Handler.reply)
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
