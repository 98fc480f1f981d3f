"""Proxies that mistake an address, or dial another than the one they looked at."""

import asyncio
import ipaddress
import socket

from pytest_letsbe.reference.proxy import ReferenceProxy


class Correct(ReferenceProxy):
    """The reference as it is."""

    expected = None


class NoAddressRules(ReferenceProxy):
    """Every address may be dialled."""

    expected = "deny-private"

    def is_public(self, address):
        return True


class TrustsIsGlobal(ReferenceProxy):
    """Takes Python's is_global for the whole truth, which says yes to NAT64 (PYSEC-2026-2995)."""

    expected = "deny-private"

    def is_public(self, address):
        return address.is_global


class TrustsIsPrivate(ReferenceProxy):
    """Refuses what is_private names, and nothing else."""

    expected = "deny-private"

    def is_public(self, address):
        return not address.is_private and not address.is_loopback


class HandWrittenList(ReferenceProxy):
    """Knows the three private ranges, loopback and link-local by heart."""

    expected = "deny-private"
    blocks = [
        ipaddress.ip_network(b)
        for b in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"]
    ]

    def is_public(self, address):
        return address.version == 6 or not any(address in block for block in self.blocks)


class HalfOf172(ReferenceProxy):
    """Writes 172.16.0.0/16 where RFC 1918 says /12."""

    expected = "deny-private"

    def is_public(self, address):
        half = address in ipaddress.ip_network("172.16.0.0/12") and address not in ipaddress.ip_network("172.16.0.0/16")
        return half or super().is_public(address)


class OnlyFirstLoopback(ReferenceProxy):
    """Knows 127.0.0.1 and forgets the 16 million others."""

    expected = "deny-private"

    def is_public(self, address):
        return super().is_public(address) or (
            address in ipaddress.ip_network("127.0.0.0/8") and str(address) != "127.0.0.1"
        )


class ForgetsCarrierNat(ReferenceProxy):
    """100.64.0.0/10 passes, where Alibaba's metadata lives."""

    expected = "deny-private"

    def is_public(self, address):
        return super().is_public(address) or address in ipaddress.ip_network("100.64.0.0/10")


class ForgetsWireServer(ReferenceProxy):
    """168.63.129.16 looks public and hands out Azure's secrets."""

    expected = "deny-private"

    def is_public(self, address):
        return super().is_public(address) or str(address) == "168.63.129.16"


class ForgetsZero(ReferenceProxy):
    """0.0.0.0 and :: lead to this machine (CVE-2026-100574)."""

    expected = "deny-private"

    def is_public(self, address):
        return super().is_public(address) or address.is_unspecified or address in ipaddress.ip_network("0.0.0.0/8")


class ForgetsReserved(ReferenceProxy):
    """Benchmark, protocol and future ranges pass."""

    expected = "deny-private"
    blocks = [ipaddress.ip_network(b) for b in ["198.18.0.0/15", "192.0.0.0/24", "240.0.0.0/4"]]

    def is_public(self, address):
        return super().is_public(address) or any(address in block for block in self.blocks)


class ForgetsUniqueLocal(ReferenceProxy):
    """fc00::/7 passes, where most clouds answer IPv6 metadata."""

    expected = "deny-private"

    def is_public(self, address):
        return super().is_public(address) or address in ipaddress.ip_network("fc00::/7")


class BelievesMapped(ReferenceProxy):
    """Judges ::ffff:10.0.0.5 as IPv6 (CVE-2024-24790)."""

    expected = "deny-private"

    def is_public(self, address):
        return super().is_public(address) or address in ipaddress.ip_network("::ffff:0:0/96")


class BelievesCompatible(ReferenceProxy):
    """::/96 is in no list of this one."""

    expected = "deny-private"

    def is_public(self, address):
        return super().is_public(address) or address in ipaddress.ip_network("::/96")


class BelievesNat64(ReferenceProxy):
    """Both NAT64 prefixes count as public."""

    expected = "deny-private"

    def is_public(self, address):
        return super().is_public(address) or address in ipaddress.ip_network("64:ff9b::/32")


class BelievesSixToFour(ReferenceProxy):
    """6to4 and Teredo count as public, with a private address inside."""

    expected = "deny-private"

    def is_public(self, address):
        return super().is_public(address) or any(address in ipaddress.ip_network(b) for b in ("2002::/16", "2001::/32"))


class ReadsLikeInetAton(ReferenceProxy):
    """Takes whatever getaddrinfo takes for a host, and looks at addresses only when they come from DNS."""

    expected = "deny-private"

    def host(self, text):
        return text.strip("[]").lower()

    def check_host(self, head, host, port, default):
        pass

    async def addresses(self, host):
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            return await super().addresses(host)
        return [Passing(found[0][4][0].partition("%")[0])]

    def is_public(self, address):
        return isinstance(address, Passing) or super().is_public(address)


class Passing:
    """An address that nobody looks at."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text


class ChecksThenAsksAgain(ReferenceProxy):
    """Checks one answer and dials another: the resolver is asked twice (DNS rebinding)."""

    expected = "dns-pinning"

    async def dial(self, host, address, port, context):
        again = await self.addresses(host)
        return await super().dial(host, again[0] if again else address, port, context)


class DialsByName(ReferenceProxy):
    """Gives the name to the system to dial, after the check."""

    expected = "dns-pinning"

    async def dial(self, host, address, port, context):
        name = host if context is not None else None
        return await asyncio.wait_for(asyncio.open_connection(host, port, ssl=context, server_hostname=name), 5)


class ChecksTheFirst(ReferenceProxy):
    """Looks at the first answer only and tries the others when it doesn't respond."""

    expected = "dns-pinning"

    def dialled(self, addresses):
        super().dialled(addresses[:1])
        return addresses


class ChecksAny(ReferenceProxy):
    """One public answer makes all of them good."""

    expected = "dns-pinning"

    def dialled(self, addresses):
        super().dialled(addresses)
        return sorted(addresses, key=self.is_public)


class ChecksFourOnly(ReferenceProxy):
    """Looks at A records; what AAAA says is dialled unseen."""

    expected = "deny-private"

    def is_public(self, address):
        return address.version == 6 or super().is_public(address)


class RemembersForever(ReferenceProxy):
    """Keeps its verdict on a name, and asks DNS afresh."""

    expected = "dns-pinning"

    async def connect(self, host, port, tls):
        self.host_at_hand = host
        return await super().connect(host, port, tls)

    def dialled(self, addresses):
        good = self.__dict__.setdefault("good", set())
        host = self.__dict__.get("host_at_hand")
        if host in good:
            return addresses
        found = super().dialled(addresses)
        if host:
            good.add(host)
        return found


class StripsZones(ReferenceProxy):
    """Refuses what it reads as an address, and strips a zone only when it dials (CVE-2025-22870)."""

    expected = "deny-private"
    first = "ipv6-special"

    def host(self, text):
        return text.lower() if "%" in text else super().host(text)

    def check_host(self, head, host, port, default):
        pass

    def permit(self, tenant, host, port, scheme, method):
        if "%" not in host:
            super().permit(tenant, host, port, scheme, method)

    async def addresses(self, host):
        if "%" in host:
            address, _, zone = host.strip("[]").partition("%")
            return [Passing(f"{address}%{zone.removeprefix('25')}" if address.startswith("fe80") else address)]
        return await super().addresses(host)

    def is_public(self, address):
        return isinstance(address, Passing) or super().is_public(address)


class DialsAnyOfThem(ReferenceProxy):
    """One public answer makes all of them good, and the last one is dialled."""

    expected = "dns-pinning"
    first = "mixed-answers"

    def dialled(self, addresses):
        super().dialled(addresses)
        return addresses[::-1]
