"""Requests as bytes, and what is known of what they are sent to."""

import http.client
import json
import socket
import time

from server import Failure
from client import address


class Target:
    """A server with two companies, of which the first one attacks."""

    # What an answer may take, with a debug build on a machine that others use as well.
    SLOW = 10

    def __init__(self, server, world, other):
        self.server, self.world, self.other = server, world, other
        self.token = world.owner.token
        self.count = 0
        self.secrets = [*other.place.values(), *(id for ids in other.ids.values() for id in ids), "Zulu"]

    def expect(self, condition, text):
        if not condition:
            raise Failure(text)

    def send(self, method, path, body=None, headers=None, token=""):
        """The status, the header fields and the body of an answer.

        - path: Behind /api/v1; sent as it is.
        - body: Sent as JSON, or as it is when it is bytes.
        - token: That of the owner unless it is given; None for none.
        """
        self.count += 1
        fields = {"X-Forwarded-For": address(), "Content-Type": "application/json"}
        token = self.token if token == "" else token
        if token:
            fields["Authorization"] = f"Bearer {token}"
        fields |= headers or {}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        began = time.monotonic()
        try:
            connection.putrequest(method, f"/api/v1{path}", skip_host="Host" in fields, skip_accept_encoding=True)
            for name, value in fields.items():
                connection.putheader(name, value)
            if data is not None:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            answer = connection.getresponse()
            status, text = answer.status, answer.read().decode()
        finally:
            connection.close()
        took = time.monotonic() - began
        place = f"{method} {path[:200]} {str(data)[:200]}"
        self.expect(status < 500, f"{place}: {status} {text[:500]}")
        self.expect(took < self.SLOW, f"{place}: took {took:.1f} s")
        leaked = [secret for secret in self.secrets if secret in text and secret not in path + str(data)]
        self.expect(not leaked, f"{place} tells {leaked}: {text[:500]}")
        return status, answer.headers, text

    def refused(self, statuses, method, path, body=None, **options):
        """Sends what must be refused with one of the statuses."""
        status, _, text = self.send(method, path, body, **options)
        place = f"{method} {path[:200]} {str(body)[:200]}"
        self.expect(status in statuses, f"{place}: {status} instead of {statuses}: {text[:500]}")

    def bytes(self, data, wait=5):
        """All that is answered to bytes, until the server closes the connection or has been silent for a while."""
        self.count += 1
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=wait) as connection:
            answer = b""
            try:
                connection.sendall(data)
                while part := connection.recv(65_536):
                    answer += part
            except (TimeoutError, ConnectionResetError, BrokenPipeError):
                pass
            return answer
