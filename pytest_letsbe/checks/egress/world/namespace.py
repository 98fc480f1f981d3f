"""Enters a network of our own in which every IPv4 and IPv6 address is local and nothing can leave; no root needed.

A fresh network namespace has no route but those added here: ``local 0.0.0.0/0 dev lo`` and ``local ::/0 dev lo``
(Linux "AnyIP", ip-route(8)), so a listener on the wildcard address answers for 169.254.169.254 and 10.0.0.5 alike
and finds the true destination in ``getsockname()``.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import struct
from pathlib import Path

_NEWNS, _NEWUSER, _NEWPID, _NEWNET = 0x00020000, 0x10000000, 0x20000000, 0x40000000
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_PDEATHSIG, _CHILD_SUBREAPER = 1, 36
_NEWLINK, _NEWROUTE = 16, 24
_REQUEST, _ACK, _CREATE = 1, 4, 0x400


#: The one address of the world that can't be reached.
UNREACHABLE = "52.1.0.66"


class NoNamespace(Exception):
    """The system doesn't let this user make namespaces; the message says which call it refused."""


def enter() -> None:
    """Move this process, which must have one thread, into the new world; its children are in it too.

    Raises:
        NoNamespace: user namespaces are switched off (a sysctl, a seccomp profile, AppArmor).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    inner = _NEWNET | _NEWNS | _NEWPID
    # Real root needs no user namespace, and without one a proxy can drop to its own user.
    if uid != 0 or libc.unshare(inner) != 0:
        if libc.unshare(_NEWUSER | inner) != 0:
            raise NoNamespace(f"unshare: {os.strerror(ctypes.get_errno())}")
        try:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
            Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
        except OSError as error:
            raise NoNamespace(f"uid_map: {error.strerror}") from None
    try:
        _all_addresses_are_local()
    except OSError as error:
        raise NoNamespace(f"netlink: {error.strerror}") from None
    libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)


def become_init() -> int | None:
    """Fork: the child (None) is process 1 of the world and takes everything in it along when it ends.

    The parent gets the child's pid; it does nothing but wait.
    """
    pid = os.fork()
    if pid:
        return pid
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PDEATHSIG, 9, 0, 0, 0)
    libc.mount(b"proc", b"/proc", b"proc", 0, None)  # refused in some containers; /proc of outside still serves
    return None


def become_parent() -> int | None:
    """Fork where there is no namespace: whatever the child (None) starts becomes ours when its own parent ends.

    The parent gets the child's pid, and then calls ``end_the_rest``.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)
    pid = os.fork()
    if not pid:
        libc.prctl(_PDEATHSIG, 9, 0, 0, 0)
    return pid or None


def end_the_rest(pid: int) -> None:
    """Wait for ``pid``, and then kill every process that it left behind, until there is none."""
    os.waitpid(pid, 0)
    while True:
        for status in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                if int(status.read_text().rpartition(")")[2].split()[1]) == os.getpid():
                    os.kill(int(status.parent.name), 9)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def resolve_through(folder: Path, server: str) -> None:
    """Let every program of the world ask the DNS server at ``server``, port 53; the file outside is left alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    mine = folder / "resolv.conf"
    mine.write_text(f"nameserver {server}\noptions timeout:1 attempts:2\n")
    place = str(Path("/etc/resolv.conf").resolve()).encode()
    libc.mount(str(mine).encode(), place, None, _MS_BIND, None)


def has_ipv6() -> bool:
    """Whether an arbitrary IPv6 address can be reached here."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        probe.connect(("2600:1f18::1", 9))
        return True
    return False


def _all_addresses_are_local() -> None:
    index = socket.if_nametoindex("lo")
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        netlink.bind((0, 0))
        _ask(netlink, _NEWLINK, struct.pack("=BxHiII", 0, 0, index, 1, 1))  # IFF_UP
        for family in (socket.AF_INET, socket.AF_INET6):
            # family, dst_len 0, src_len, tos, table LOCAL, proto BOOT, scope HOST (v6: UNIVERSE), type LOCAL
            scope = 254 if family == socket.AF_INET else 0
            head = struct.pack("=BBBBBBBBI", family, 0, 0, 0, 255, 3, scope, 2, 0)
            try:
                _ask(netlink, _NEWROUTE, head + struct.pack("=HHi", 8, 4, index))
            except OSError:
                if family == socket.AF_INET:  # without IPv6 its vectors aren't evaluated, and the report says so
                    raise
        _no_way_to(netlink, UNREACHABLE)


def _no_way_to(netlink: socket.socket, address: str) -> None:
    """A public address at which nobody is: whoever dials it is told so at once, and may try the next."""
    head = struct.pack("=BBBBBBBBI", socket.AF_INET, 32, 0, 0, 255, 3, 0, 7, 0)  # type UNREACHABLE
    _ask(netlink, _NEWROUTE, head + struct.pack("=HH4s", 8, 1, socket.inet_aton(address)))


def _ask(netlink: socket.socket, kind: int, payload: bytes) -> None:
    netlink.send(struct.pack("=IHHII", 16 + len(payload), kind, _REQUEST | _ACK | _CREATE, 1, 0) + payload)
    answer = netlink.recv(4096)
    error = struct.unpack_from("=i", answer, 16)[0]
    if error:
        raise OSError(-error, os.strerror(-error))
