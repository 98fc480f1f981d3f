"""An allow-list addon for mitmproxy, written with care: the destination is judged and not the Host field, before anything is dialled."""

import ipaddress
import json
from pathlib import Path

from mitmproxy import ctx, http


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
        for name in (
            "proxy-authorization",
            "proxy-connection",
            "te",
            "forwarded",
            "x-forwarded-for",
            "x-real-ip",
            "via",
        ):
            request.headers.pop(name, None)
        if "text/event-stream" in request.headers.get("accept", ""):
            flow.metadata["stream"] = True

    def responseheaders(self, flow):
        if flow.response.headers.get("content-type", "").startswith("text/event-stream"):
            flow.response.stream = True

    def server_connect(self, data):
        host, port = data.server.address[:2]
        if self.refused(host, port):
            data.server.error = "refused"

    def server_connected(self, data):
        """The name was resolved by the connection itself: its address is known only now, before anything was sent."""
        address = ipaddress.ip_address(data.server.peername[0].partition("%")[0])
        if any(address in block for block in self.denied if block.version == address.version):
            data.server.error = "refused"


addons = [AllowList()]
