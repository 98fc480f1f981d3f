"""HTTP/2 as a canary speaks it: every request gets a short answer, whatever its authority says."""

from __future__ import annotations


class Http2:
    """One connection; ``hear`` returns the bytes to send back."""

    def __init__(self) -> None:
        from h2.config import H2Configuration
        from h2.connection import H2Connection

        self._h2 = H2Connection(H2Configuration(client_side=False, validate_inbound_headers=False))
        self._h2.initiate_connection()

    def hear(self, data: bytes) -> bytes | None:
        """None when the other side broke the protocol."""
        from h2.events import RequestReceived
        from h2.exceptions import ProtocolError

        try:
            for event in self._h2.receive_data(data):
                if isinstance(event, RequestReceived) and event.stream_id is not None:
                    self._h2.send_headers(event.stream_id, [(":status", "200"), ("x-canary", "h2")])
                    self._h2.send_data(event.stream_id, b"canary over h2\n", end_stream=True)
        except ProtocolError:
            return None
        return bytes(self._h2.data_to_send())
