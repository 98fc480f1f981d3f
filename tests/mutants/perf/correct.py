"""Proxies built differently, none of which may raise an alarm."""

import contextlib
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

from pytest_letsbe.checks.perf.relay import Relay, framing
from pytest_letsbe.reference.proxy.server import ReferenceProxy

QUICK = {"budget": str(Path(__file__).with_name("quick.yaml"))}


class Plain(Relay):
    """One event loop, blind tunnels, one upstream connection for each client."""

    expected = None
    check_options = QUICK


class Reference(ReferenceProxy):
    """The embedded reference: reads what is inside a tunnel, redacts, and dials anew for each request."""

    expected = None
    check_options = QUICK


class Threads:
    """A thread for each connection, and each connection for one request only."""

    expected = None
    check_options = QUICK

    def __init__(self, policy, dns, ca=None, state=None):
        pass

    def serve(self, port):
        with socket.create_server(("127.0.0.1", port), backlog=2048) as server:
            while True:
                client, _ = server.accept()
                threading.Thread(target=self.met, args=(client,), daemon=True).start()

    def met(self, client):
        with contextlib.suppress(OSError), client:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            if method == "CONNECT":
                host, _, port = target.rpartition(":")
                with socket.create_connection((host, int(port))) as upstream:
                    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    back = threading.Thread(target=pump, args=(upstream, client))
                    back.start()
                    pump(client, upstream)
                    back.join()
                return
            url = urlsplit(target)
            path = url.path + (f"?{url.query}" if url.query else "")
            with socket.create_connection((url.hostname, url.port or 80)) as upstream:
                first, rest = head.split(b"\r\n", 1)
                upstream.sendall(first.replace(target.encode(), path.encode()) + b"\r\nConnection: close\r\n" + rest)
                left = framing(head) or 0
                while left:
                    data = client.recv(min(left, 65536))
                    left -= len(data)
                    upstream.sendall(data)
                pump(upstream, client)


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


class Strict(Relay):
    """Takes no upload of more than 100 KB: being stricter is no fault."""

    expected = None
    check_options = QUICK

    async def exchange(self, head, reader, writer, up_reader, up_writer):
        if (framing(head) or 0) > 100_000:
            writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await self.body(framing(head), reader, _Nowhere())
            raise OSError
        await super().exchange(head, reader, writer, up_reader, up_writer)


class _Nowhere:
    def write(self, data):
        pass

    async def drain(self):
        pass
