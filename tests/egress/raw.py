"""A proxy with no rule at all: it dials what it is told, by whatever spelling, and passes every byte on as it came."""

import contextlib
import re
import socket
import threading
from urllib.parse import unquote


class Raw:
    """HTTP by absolute URL or by Host, CONNECT, SOCKS5; the system resolves names and reads addresses."""

    def __init__(self, policy, dns, ca=None, state=None):
        pass

    def serve(self, port):
        listener = socket.create_server(("127.0.0.1", port), backlog=512)
        while True:
            client, _ = listener.accept()
            threading.Thread(target=self.client, args=(client,), daemon=True).start()

    def client(self, sock):
        sock.settimeout(20)
        with contextlib.suppress(OSError, ValueError, IndexError), sock:
            first = sock.recv(65536)
            if first[:1] in (b"\5", b"\4"):
                self.socks(sock, first)
            else:
                self.http(sock, first)

    def http(self, sock, data):
        while not re.search(rb"\r?\n\r?\n", data):
            more = sock.recv(65536)
            if not more:
                return
            data += more
        words = re.split(rb"[ \t\v\f\r\n]+", data.lstrip())
        if words[0].upper() == b"CONNECT":
            with self.dial(words[1], 443) as up:
                sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                up.sendall(re.split(rb"\r?\n\r?\n", data, maxsplit=1)[1])
                self.both(sock, up)
            return
        host = re.search(rb"(?im)^host[ \t]*:[ \t]*(.*?)\r?$", data)
        target = words[1].partition(b"://")[2] if b"://" in words[1] else (host[1] if host else b"")
        with self.dial(re.split(rb"[/?#\\]", target)[0], 80) as up:
            line, end, rest = data.partition(b"\n")
            up.sendall(line + end + b"X-Forwarded-For: 127.0.0.1\r\n" + rest)
            self.both(sock, up)

    def dial(self, authority, default):
        text = unquote(authority.decode("utf-8", "replace")).rpartition("@")[2].split("\0")[0]
        found = re.match(r"(\[[^\]]*\]|[^:]*):?\s*(\S*)", text)
        number = re.match(r"[+-]?\d+", found[2])
        port = int(number[0]) % 65536 if number else default
        host = found[1].strip("[]").rstrip(".")
        with contextlib.suppress(UnicodeError):
            host = host.encode("idna").decode()
        for *_, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with contextlib.suppress(OSError):
                return socket.create_connection(where[:2], 3)
        raise OSError("nobody answers")

    def both(self, one, other):
        other.settimeout(20)
        back = threading.Thread(target=self.copy, args=(other, one), daemon=True)
        back.start()
        self.copy(one, other)
        back.join(5)

    def copy(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def socks(self, sock, data):
        """RFC 1928 without authentication."""
        greeting = 2 + data[1]
        sock.sendall(b"\5\0")
        data = data[greeting:] or sock.recv(4096)
        kind = data[3]
        if kind == 3:
            host, end = data[5 : 5 + data[4]].split(b"\0")[0], 5 + data[4]
        else:
            size = 4 if kind == 1 else 16
            host = socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, data[4 : 4 + size]).encode()
            host, end = (b"[" + host + b"]" if kind == 4 else host), 4 + size
        port = int.from_bytes(data[end : end + 2], "big")
        with self.dial(host + b":%d" % port, port) as up:
            sock.sendall(b"\5\0\0\1\0\0\0\0\0\0")
            up.sendall(data[end + 2 :])
            self.both(sock, up)
