"""NATS of a cluster."""

import contextlib
import http.client
import json
import os

from benchmark import free_port
from cluster_process import Service, program


class NATS(Service):
    """nats-server with JetStream."""

    name = "nats"

    def __init__(self, folder, port=None):
        super().__init__(folder, port)
        self.monitor_port = free_port()

    def command(self):
        return [
            program("nats-server", "nats-server"), "-a", "127.0.0.1", "-p", str(self.port), "-m",
            str(self.monitor_port), "-js", "-sd", os.path.join(self.folder, "data")]

    def is_ready(self):
        return self.monitor("/healthz").get("status") == "ok"

    def monitor(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.monitor_port, timeout=2)
        with contextlib.closing(connection):
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())

    def unhandled(self):
        """How many messages of the consumers wait, or have been delivered and not acknowledged."""
        accounts = self.monitor("/jsz?consumers=1").get("account_details") or []
        return sum(
            consumer.get("num_pending", 0) + consumer.get("num_ack_pending", 0)
            for account in accounts for stream in account.get("stream_detail") or []
            for consumer in stream.get("consumer_detail") or [])

    def url(self, port=None):
        return f"nats://127.0.0.1:{port or self.port}"
