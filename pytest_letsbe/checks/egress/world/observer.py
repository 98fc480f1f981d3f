"""Sees every attempt on the wire, also at ports nobody listens on: TCP SYN and UDP packets of any process."""

from __future__ import annotations

import asyncio
import ctypes
import ipaddress
import socket
import struct

from .events import Log

_ATTACH_FILTER = 26
_ALL_PROTOCOLS = 3
#: So many packets at once: a proxy that dials itself for ever must not keep us from the rest.
MOST = 20_000
#: Classic BPF over the network header (bpf(4)): SYN without ACK, and UDP, of IPv4 and IPv6; the rest is dropped.
_PROGRAM = (
    (0x30, 0, 0, 0),  # 0: the version
    (0x54, 0, 0, 0xF0),
    (0x15, 0, 5, 0x40),
    (0x30, 0, 0, 9),  # 3: IPv4, its protocol
    (0x15, 9, 0, 17),
    (0x30, 0, 0, 33),  # the TCP flags after a header of 20 bytes
    (0x54, 0, 0, 0x12),
    (0x15, 6, 7, 2),
    (0x15, 0, 6, 0x60),
    (0x30, 0, 0, 6),  # 9: IPv6, its next header
    (0x15, 3, 0, 17),
    (0x30, 0, 0, 53),
    (0x54, 0, 0, 0x12),
    (0x15, 0, 1, 2),
    (0x06, 0, 0, 128),  # 14: pass
    (0x06, 0, 0, 0),
)


class Observer:
    """A packet socket on the world's only interface."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL_PROTOCOLS))
        self._socket.setblocking(False)
        _only_attempts(self._socket)
        asyncio.get_running_loop().add_reader(self._socket, self.drain)

    def drain(self) -> None:
        """Log what has arrived; called by the loop, and by whoever is about to read the log."""
        for _ in range(MOST):
            try:
                packet, (_, _, direction, *_) = self._socket.recvfrom(128)
            except BlockingIOError:
                return
            if direction == socket.PACKET_OUTGOING:  # loopback shows each packet twice
                continue
            attempt = _attempt(packet)
            if attempt is not None:
                kind, source, sport, destination, port = attempt
                self._log.add(kind, src=source, sport=sport, dst=destination, port=port)


def _attempt(packet: bytes) -> tuple[str, str, int, str, int] | None:
    version = packet[0] >> 4
    if version == 4:
        protocol, start = packet[9], (packet[0] & 15) * 4
        source, destination = ipaddress.ip_address(packet[12:16]), ipaddress.ip_address(packet[16:20])
    elif version == 6:
        protocol, start = packet[6], 40
        source, destination = ipaddress.ip_address(packet[8:24]), ipaddress.ip_address(packet[24:40])
    else:
        return None
    if protocol not in (6, 17):
        return None
    sport, port = struct.unpack_from("!HH", packet, start)
    if protocol == 6 and packet[start + 13] & 0x12 != 2:
        return None
    return "syn" if protocol == 6 else "udp", str(source), sport, str(destination), port


def _only_attempts(sock: socket.socket) -> None:
    code = b"".join(struct.pack("HBBI", *line) for line in _PROGRAM)
    buffer = ctypes.create_string_buffer(code)
    sock.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HL", len(_PROGRAM), ctypes.addressof(buffer)))
