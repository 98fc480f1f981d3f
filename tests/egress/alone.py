"""A network with no way out but loopback, in which no further one can be made: ``python -m tests.egress.alone COMMAND...``."""

import ctypes
import os
import socket
import struct
import sys
from pathlib import Path

NEWNS, NEWUSER, NEWNET = 0x00020000, 0x10000000, 0x40000000
NEWLINK, REQUEST_ACK, IFF_UP = 16, 5, 1


def main():
    uid, gid = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(NEWUSER | NEWNET | NEWNS):
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        netlink.bind((0, 0))
        up = struct.pack("=BxHiII", 0, 0, socket.if_nametoindex("lo"), IFF_UP, IFF_UP)
        netlink.send(struct.pack("=IHHII", 16 + len(up), NEWLINK, REQUEST_ACK, 1, 0) + up)
        netlink.recv(4096)
    for name in ("net", "user"):
        Path(f"/proc/sys/user/max_{name}_namespaces").write_text("0")
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
