"""The store on several nodes, as Scripts/benchmark cluster measures it."""

import os

from benchmark import ORDER
from cluster_nodes import CLUSTER_FILE, Node
from cluster_process import Failure

NODE_TIMEOUT = 6.0
# How many seconds a measurement waits for what must come.
PATIENCE = 60


class StoreNodes:
    """Nodes of the store with a database of their own, in front of which nginx stands."""

    def __init__(
        self, cluster, binary, count, name, latency=0, level="warning", log_format="text", file=CLUSTER_FILE,
        variables=None
    ):
        self.cluster = cluster
        dsn = cluster.postgresql.create_database(name)
        variables = {
            **cluster.variables(), "DATABASE_URL": dsn, "JWT_SECRET": "a secret that is only good for benchmarks",
            "RATE_LIMIT": "60000000", "RATE_BURST": "1000000", "STEP_LATENCY_MIN": str(latency),
            "STEP_LATENCY_MAX": str(latency), **(variables or {}),
        }
        folder = os.path.join(cluster.folder, name)
        os.makedirs(folder, exist_ok=True)
        self.name, self.folder = name, folder
        self.nodes = [
            Node(binary, number + 1, folder, variables, file, NODE_TIMEOUT, level, log_format)
            for number in range(count)]

    def __enter__(self):
        self.cluster.start_nodes(self.nodes)
        self.token = self.nodes[0].register("ada@example.org")
        self.headers = {"Authorization": f"Bearer {self.token}"}
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.ask_to_stop()
        for node in self.nodes:
            node.stop()
            self.cluster.nodes.remove(node)

    def place(self, node, order):
        status, body = node.request("POST", "/api/orders", {**ORDER, "id": order}, self.headers)
        if status != 201:
            raise Failure(f"an order was answered with {status}: {body[:200]}")

    def number(self, sql):
        return self.cluster.postgresql.number(sql, self.name)
