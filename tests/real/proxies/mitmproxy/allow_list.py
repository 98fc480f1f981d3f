"""An allow-list addon for mitmproxy, written with care: the destination is judged and not the Host field, before anything is dialled."""

import asyncio
import ipaddress
import json
import socket
from pathlib import Path

from mitmproxy import ctx, http

#: Fields that belong to one connection, or speak of the client.
OWN = (
    *("proxy-authorization", "proxy-connection", "connection", "keep-alive", "te", "trailer", "http2-settings", "via"),
    *("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "x-client-ip", "client-ip", "true-client-ip"),
)


class AllowList:
    def load(self, loader):
        loader.add_option("letsbe_policy", str, "", "the neutral policy as JSON")

    def configure(self, updated):
        if "letsbe_policy" in updated:
            self.policy = json.loads(Path(ctx.options.letsbe_policy).read_text())
            self.denied = [ipaddress.ip_network(block) for block in self.policy["deny_addresses"]]

    def rule(self, host):
        host = host.lower().removesuffix(".")
        for rule in self.policy["allow"]:
            if host == rule["host"] or (rule["suffix"] and host.endswith("." + rule["suffix"])):
                return rule
        return None

    def refused(self, host, port):
        """Whether this destination may not be reached at all."""
        rule = self.rule(host)
        return rule is None or port not in rule["ports"]

    def http_connect(self, flow):
        if self.refused(flow.request.host, flow.request.port) or flow.request.port != 443:
            flow.response = http.Response.make(403)

    def requestheaders(self, flow):
        request = flow.request
        rule = self.rule(request.host)
        stated = (request.host_header or "").partition(":")[0].lower()
        if (
            self.refused(request.host, request.port)
            or stated != request.host.lower()
            or request.scheme not in rule["schemes"]
            or (rule["methods"] and request.method not in rule["methods"])
            or (flow.client_conn.sni or request.host) != request.host
        ):
            flow.response = http.Response.make(403)
            return
        nominated = request.headers.get("connection", "").lower().replace(",", " ").split()
        websocket = "upgrade" in nominated and request.headers.get("upgrade", "").lower() == "websocket"
        for name in (*OWN, *nominated):
            if not (websocket and name == "upgrade"):
                request.headers.pop(name, None)
        if websocket:
            request.headers["connection"] = "Upgrade"
        else:
            request.headers.pop("upgrade", None)

    def responseheaders(self, flow):
        if flow.response.headers.get("content-type", "").startswith("text/event-stream"):
            flow.response.stream = True

    async def server_connect(self, data):
        """Resolve once, judge the addresses, and dial one that was judged."""
        host, port = data.server.address[:2]
        if self.refused(host, port):
            data.server.error = "refused"
            return
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            found = []
        addresses = [ipaddress.ip_address(row[4][0].partition("%")[0]) for row in found]
        public = [address for address in addresses if not self.is_denied(address)]
        if not public:
            data.server.error = "refused"
            return
        data.server.sni = data.server.sni or host
        data.server.address = (str(public[0]), port)

    def is_denied(self, address):
        return any(address in block for block in self.denied if block.version == address.version)


addons = [AllowList()]
