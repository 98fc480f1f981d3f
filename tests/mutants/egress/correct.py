"""A correct proxy built differently: threads and h11, one thread a client, its own idea of an address and of a refusal."""

import base64
import ipaddress
import json
import pathlib
import re
import signal
import socket
import ssl
import struct
import tempfile
import threading
import time

import h11

WEBSOCKET = ("websocket",)
HOP = {
    b"connection", b"proxy-connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"content-length", b"host",
    b"proxy-authorization", b"http2-settings", b"forwarded", b"x-forwarded-for", b"x-real-ip", b"client-ip", b"via", b"x-forwarded-host",
}  # fmt: skip
NAME = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]+\Z")


class No(Exception):
    """Not served."""


class Threads:
    """Threads and h11 instead of asyncio; refuses a whole answer that holds one private address; ends a refusal without a page."""

    expected = None

    def __init__(self, policy, dns, ca=None, state=None):
        self.path, self.ca, self.state = pathlib.Path(policy), ca, state
        host, _, port = dns.rpartition(":")
        self.dns = (host, int(port))
        self.lock = threading.Lock()
        self.stamp, self.rules = None, None
        self.redactor = None
        self.trust = None
        self.minter = None
        self.load()

    def load(self, *_):
        try:
            stat = self.path.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if stamp == self.stamp:
                return
            if not self.path.is_file():
                raise OSError("no file")
            rules = json.loads(self.path.read_text(encoding="utf-8"))
            if rules["version"] != 1 or rules["mode"] not in ("allow", "deny"):
                raise ValueError("no policy")
            for rule in [*rules["allow"], *rules["deny"], *(r for t in rules["tenants"].values() for r in t["allow"])]:
                if not (rule["host"] or rule["suffix"]) or not isinstance(rule["ports"], list):
                    raise ValueError("no rule")
            self.rules, self.stamp = rules, stamp
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self.rules, self.stamp = None, None

    def serve(self, port):
        signal.signal(signal.SIGHUP, self.load)
        threading.stack_size(256 * 1024)
        listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        while True:
            client, _ = listener.accept()
            threading.Thread(target=self.client, args=(client,), daemon=True).start()

    def client(self, sock):
        sock.settimeout(30)
        try:
            self.talk(sock, None)
        except (OSError, No, h11.RemoteProtocolError, h11.LocalProtocolError, ValueError):
            pass
        finally:
            sock.close()

    def talk(self, sock, inside):
        """Requests of one connection until one is refused."""
        reader = Reader(sock)
        while True:
            raw = reader.head()
            if raw is None:
                return
            self.load()
            seen = {"host": inside[0] if inside else "", "tenant": inside[3] if inside else None}
            try:
                if not self.request(raw, reader, sock, inside, seen):
                    return
            except (No, h11.RemoteProtocolError, UnicodeDecodeError) as why:
                self.audit("denied", seen, str(why))
                sock.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return

    def request(self, raw, reader, sock, inside, seen):
        if re.search(rb"(?<!\r)\n|\r(?!\n)|\0|\r\n[ \t]", raw) or not re.match(rb"[A-Z]+ [!-~]+ HTTP/1\.1\r\n", raw):
            raise No("bytes")
        parser = h11.Connection(h11.SERVER, max_incomplete_event_size=65536)
        parser.receive_data(raw)
        event = parser.next_event()
        fields = [(n.lower(), v) for n, v in event.headers]
        values = lambda name: [v for n, v in fields if n == name]  # noqa: E731
        lines = [line.partition(b":")[0].lower() for line in raw.split(b"\r\n")[1:]]
        if lines.count(b"host") != 1 or lines.count(b"content-length") + lines.count(b"transfer-encoding") > 1:
            raise No("framing")
        if values(b"transfer-encoding") and values(b"transfer-encoding") != [b"chunked"]:
            raise No("framing")
        method, target = event.method.decode(), event.target.decode()
        said = values(b"host")[0].decode()
        if inside is None:
            tenant = seen["tenant"] = self.who(values(b"proxy-authorization"))
            if method == "CONNECT":
                host, port = self.place(target, None)
                seen["host"] = host
                if self.place(said, port) != (host, port):
                    raise No("host")
                self.allowed(host, port, None if port == 443 else "http", None, tenant)
                self.addresses(host)
                sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                self.tunnel(sock, reader, host, port, tenant, seen)
                return False
            found = re.match(r"http://([^/?#\\@]+)([/?][^#\\]*)?\Z", target)
            if not found:
                raise No("form")
            host, port = self.place(found[1], 80)
            path, tls = found[2] or "/", False
            path = path if path.startswith("/") else "/" + path
        else:
            host, port, tls, tenant = inside
            path = target
            if not path.startswith("/") or "\\" in path or "#" in path:
                raise No("form")
        seen["host"] = host
        if self.place(said, 443 if tls else 80) != (host, port):
            raise No("host")
        self.allowed(host, port, "https" if tls else "http", method, tenant)
        return self.forward(method, path, fields, parser, reader, sock, host, port, tls, seen)

    def who(self, given):
        if not given:
            return None
        kind, _, coded = given[0].decode().partition(" ")
        try:
            name, _, token = base64.b64decode(coded, validate=True).decode().partition(":")
        except ValueError:
            raise No("credentials") from None
        known = (self.rules or {"tenants": {}})["tenants"]
        if len(given) != 1 or kind != "Basic" or name not in known or known[name]["token"] != token:
            raise No("credentials")
        return name

    def place(self, text, default):
        text = text.lower()
        found = re.match(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+?)\.?(?::([1-9][0-9]{0,4}))?\Z", text)
        if not found or (found[2] is None and default is None) or int(found[2] or 1) > 65535:
            raise No("authority")
        host = found[1]
        try:
            host = str(ipaddress.ip_address(host.strip("[]")))
        except ValueError:
            if not NAME.match(host):
                raise No("name") from None
        return host, int(found[2] or default)

    def allowed(self, host, port, scheme, method, tenant):
        rules = self.rules
        if rules is None:
            raise No("policy")
        fits = lambda r: host == r["host"] if r["host"] else host.endswith("." + r["suffix"])  # noqa: E731
        if any(fits(r) for r in rules["deny"]):
            raise No("denied")
        if rules["mode"] == "deny":
            return
        own = rules["tenants"][tenant]["allow"] if tenant else []
        for rule in [*rules["allow"], *own]:
            known = method is None or not rule["methods"] or method in rule["methods"]
            if fits(rule) and port in rule["ports"] and (scheme is None or scheme in rule["schemes"]) and known:
                return
        raise No("unlisted")

    def addresses(self, host):
        try:
            found = [ipaddress.ip_address(host)]
        except ValueError:
            found = [*self.ask(host, "A"), *self.ask(host, "AAAA")]
        blocks = [ipaddress.ip_network(b) for b in self.rules["deny_addresses"]] if self.rules else []
        public = [ipaddress.ip_network(b) for b in (self.rules or {}).get("public_addresses", [])]
        for address in found:
            if any(address in b for b in public):
                continue
            denied = any(address in b for b in blocks if b.version == address.version)
            if denied or not address.is_global or address.is_multicast or (int(address) >> 32) & 0xFDFFFFFF == 0x5EFE:
                raise No("address")
        if not found:
            raise No("no address")
        return found

    def ask(self, host, kind):
        from dnslib import QTYPE, DNSRecord

        query = DNSRecord.question(host, kind)
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                udp.settimeout(1)
                udp.connect(self.dns)
                udp.send(query.pack())
                reply = DNSRecord.parse(udp.recv(4096))
            if reply.header.tc:
                with socket.create_connection(self.dns, 1) as tcp:
                    packed = query.pack()
                    tcp.sendall(struct.pack("!H", len(packed)) + packed)
                    stream = tcp.makefile("rb")
                    reply = DNSRecord.parse(stream.read(struct.unpack("!H", stream.read(2))[0]))
            return [ipaddress.ip_address(str(r.rdata)) for r in reply.rr if r.rtype == getattr(QTYPE, kind)]
        except Exception:
            return []

    def dial(self, host, port, tls):
        error = No("unreachable")
        for address in self.addresses(host):
            try:
                sock = socket.create_connection((str(address), port), 4)
            except OSError:
                continue
            sock.settimeout(30)
            if not tls:
                return sock
            with self.lock:
                if self.trust is None:
                    self.trust = ssl.create_default_context(cafile=self.ca)
            try:
                return self.trust.wrap_socket(sock, server_hostname=host)
            except (ssl.SSLError, OSError):
                sock.close()
                error = No("certificate")
        raise error

    def tunnel(self, sock, reader, host, port, tenant, seen):
        first = reader.peek()
        if (first[:1] == b"\x16") != (port == 443):
            raise No("protocol")
        if port != 443:
            self.talk(Rest(sock, reader), (host, port, False, tenant))
            return
        if self.rules is None or self.rules["tls"] != "terminate":
            raise No("unread")
        context = self.certificate(host)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        wrapped = Tls(tls, incoming, outgoing, sock, reader)
        wrapped.handshake()
        if wrapped.name != host:
            raise No("sni")
        self.talk(wrapped, (host, port, True, tenant))

    def certificate(self, host):
        import trustme

        with self.lock:
            if self.minter is None:
                try:
                    pem = pathlib.Path(self.ca).read_bytes()
                    at = pem.index(b"-----BEGIN", 10)
                    self.minter = trustme.CA.from_pem(pem[:at], pem[at:])
                except (OSError, ValueError):
                    raise No("no ca") from None
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.minter.issue_cert(host).configure_cert(context)
            return context

    def clean(self, text):
        with self.lock:
            if self.redactor is None:
                from pytest_letsbe.reference.redactor import ReferenceRedactor

                self.redactor = ReferenceRedactor()
        return self.redactor.redact(text=text)["text"]

    def forward(self, method, path, fields, parser, reader, sock, host, port, tls, seen):
        body = b""
        while True:
            event = parser.next_event()
            if event is h11.NEED_DATA:
                parser.receive_data(reader.some())
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            else:
                break
        reader.push(parser.trailing_data[0])
        named = {n.strip().lower() for k, v in fields if k == b"connection" for n in v.split(b",")}
        upgrade = [v.lower() for k, v in fields if k == b"upgrade"] == [b"websocket"] and b"upgrade" in named
        kept = [
            (k, v)
            for k, v in fields
            if k not in HOP and k not in named and not k.startswith((b"proxy-", b"x-tenant", b"x-upstream"))
        ]
        if self.rules and self.rules["redact"]:
            path = re.sub(r"[^!-~]", "*", self.clean(path))
            kept = [
                (k, v if k.startswith(b"sec-") or k in (b"authorization", b"content-type") else self.field(k, v))
                for k, v in kept
            ]
            if body:
                body = self.clean(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        up = self.dial(host, port, tls)
        self.audit("allowed", seen, "")
        try:
            head = [f"{method} {path} HTTP/1.1".encode(), b"Host: " + host.encode(), *(k + b": " + v for k, v in kept)]
            head += [b"Connection: Upgrade", b"Upgrade: websocket"] if upgrade else [b"Connection: close"]
            if body or method in ("POST", "PUT"):
                head.append(b"Content-Length: %d" % len(body))
            up.sendall(b"\r\n".join(head) + b"\r\n\r\n" + body)
            return self.answer(method, up, sock, reader, upgrade)
        finally:
            up.close()

    def field(self, name, value):
        line = name.decode() + ": " + value.decode("latin-1")
        return self.clean(line).partition(":")[2].strip().encode("latin-1", "replace")

    def answer(self, method, up, sock, reader, upgrade):
        head = b""
        while b"\r\n\r\n" not in head:
            data = up.recv(65536)
            if not data:
                raise No("no answer")
            head += data
        head, _, rest = head.partition(b"\r\n\r\n")
        if upgrade and head.startswith(b"HTTP/1.1 101"):
            sock.sendall(head + b"\r\n\r\n" + rest)
            back = threading.Thread(target=self.copy, args=(up, sock), daemon=True)
            back.start()
            while data := reader.some():
                up.sendall(data)
            back.join(1)
            return False
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"connection:", b"keep-alive:"))]
        sock.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + rest)
        self.copy(up, sock)
        return False

    def copy(self, source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass

    def audit(self, decision, seen, why):
        if self.rules is None or not self.rules["audit"]:
            return
        line = json.dumps({"time": time.time(), "decision": decision, "why": why, **seen})
        path = pathlib.Path(self.rules["audit"].replace("{state}", self.state or tempfile.gettempdir()))
        with self.lock, path.open("a") as file:
            file.write(line + "\n")


class Reader:
    """Bytes of a socket with what was read too far."""

    def __init__(self, sock):
        self.sock = sock
        self.left = sock.left if isinstance(sock, (Rest, Tls)) and hasattr(sock, "left") else b""

    def some(self):
        left, self.left = self.left, b""
        return left or self.sock.recv(65536)

    def peek(self):
        if not self.left:
            self.left = self.sock.recv(65536)
        return self.left

    def push(self, data):
        self.left = data + self.left

    def head(self):
        data = b""
        while b"\r\n\r\n" not in data:
            if len(data) > 65536:
                raise No("too large")
            more = self.some()
            if not more:
                return None
            data += more
        end = data.index(b"\r\n\r\n") + 4
        self.left = data[end:]
        return data[:end]


class Rest:
    """A socket of which something was read already."""

    def __init__(self, sock, reader):
        self.sock, self.left = sock, reader.left
        self.sendall = sock.sendall

    def recv(self, size):
        return self.sock.recv(size)


class Tls:
    """The server's side of TLS over a socket of which something was read already."""

    def __init__(self, tls, incoming, outgoing, sock, reader):
        self.tls, self.incoming, self.outgoing, self.sock, self.reader = tls, incoming, outgoing, sock, reader
        self.left = b""
        self.name = None
        tls.context.sni_callback = self.heard
        self.guard = threading.Lock()

    def heard(self, _, name, __):
        self.name = name.lower() if name else None

    def flush(self):
        data = self.outgoing.read()
        if data:
            self.sock.sendall(data)

    def handshake(self):
        while True:
            try:
                self.tls.do_handshake()
                return self.flush()
            except ssl.SSLWantReadError:
                self.flush()
                data = self.reader.some()
                if not data:
                    raise No("gone") from None
                self.incoming.write(data)
            except ssl.SSLError:
                self.flush()
                raise No("handshake") from None

    def recv(self, size):
        while True:
            with self.guard:
                try:
                    return self.tls.read(size)
                except ssl.SSLZeroReturnError:
                    return b""
                except ssl.SSLWantReadError:
                    pass
            data = self.reader.some()
            if not data:
                return b""
            self.incoming.write(data)

    def sendall(self, data):
        with self.guard:
            self.tls.write(data)
            self.flush()
