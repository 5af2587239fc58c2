"""Nodes of wfserver in a cluster."""

import contextlib
import http.client
import json
import os

from benchmark import REPOSITORY, free_port
from cluster_process import Failure, Service

TOKEN = "a-token-that-is-only-good-on-this-machine"
CLUSTER_FILE = os.path.join(REPOSITORY, "Examples/store/workflow.cluster.yaml")


class Node(Service):
    """A node: `wfserver run` with the addresses of the servers in its environment."""

    def __init__(
        self, binary, number, folder, variables, file=CLUSTER_FILE, node_timeout=6.0, level="notice", log_format="text"
    ):
        self.name = f"node{number}"
        super().__init__(folder)
        self.binary, self.file, self.variables = binary, file, variables
        self.node_timeout, self.level, self.log_format = node_timeout, level, log_format
        self.management_port = free_port()
        self.patience = 60

    def command(self):
        return [
            self.binary, "run", self.file, "--state", self.folder, "--management-address",
            f"127.0.0.1:{self.management_port}", "--node-timeout-seconds", str(self.node_timeout), "--drain-seconds",
            "10", "--quiet", "--log-format", self.log_format, "--log-level", self.level,
        ]

    def environment(self):
        return {
            **os.environ, "HOST": "127.0.0.1", "PORT": str(self.port), "WORKFLOW_MANAGEMENT_TOKEN": TOKEN,
            **self.variables,
        }

    def is_ready(self):
        return self.request("GET", "/readyz")[0] == 200

    def request(self, method, path, body=None, headers=None, port=None, timeout=10):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=timeout)
        with contextlib.closing(connection):
            data = None if body is None else json.dumps(body)
            headers = {"Content-Type": "application/json"} | (headers or {}) if data else headers or {}
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            return response.status, response.read()

    def manage(self, method, path, body=None):
        """Asks the management API; returns status and answer."""
        status, data = self.request(
            method, path, body, {"Authorization": f"Bearer {TOKEN}"}, port=self.management_port)
        return status, json.loads(data) if data else None

    def register(self, email):
        """A customer; returns the token."""
        user = {"email": email, "name": "Ada", "password": "correct horse battery"}
        status, body = self.request("POST", "/api/auth/register", user)
        if status == 409:
            status, body = self.request("POST", "/api/auth/login", user)
        if status not in (200, 201):
            raise Failure(f"the registration was answered with {status}: {body[:200]}")
        return json.loads(body)["token"]
