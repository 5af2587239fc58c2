"""A cluster on one machine: PostgreSQL, a broker of messages, Redis, nodes of wfserver, and nginx in front of them.

Used by Scripts/cluster, Scripts/test-chaos and Scripts/benchmark cluster. Everything listens on 127.0.0.1, keeps its
data in the folder that it is given, and is ended by its process identifier.
"""

from cluster_balancer import Balancer
from cluster_kafka import Kafka
from cluster_nats import NATS
from cluster_postgresql import PostgreSQL
from cluster_process import Failure, program
from cluster_redis import Redis


def check_programs(with_nginx=True, with_kafka=False):
    """Tells of all that is missing at once."""
    wanted = [
        ("initdb", "postgresql"), ("psql", "postgresql-client"), ("nats-server", "nats-server"),
        ("redis-server", "redis-server"), *([("nginx", "nginx-light")] if with_nginx else []),
    ]
    missing = []
    for name, package in wanted:
        try:
            program(name, package)
        except Failure:
            missing.append(f"{name} (package {package})")
    if with_kafka and Kafka.find_program() is None:
        missing.append("a broker of Kafka's protocol")
    if missing:
        option = " --benchmark" if any(name.startswith("nginx") for name in missing) else ""
        raise Failure(f"missing: {', '.join(missing)}; run Scripts/bootstrap --services{option}")


class Cluster:
    """The servers and the nodes of them; as a context it stops all of it, the nodes first."""

    def __init__(self, folder):
        self.folder = folder
        self.services = []
        self.nodes = []
        self.balancer = self.kafka = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def start_services(self, postgresql_settings=()):
        self.postgresql = PostgreSQL(self.folder)
        self.postgresql.settings = [*PostgreSQL.settings, *postgresql_settings]
        self.nats, self.redis = NATS(self.folder), Redis(self.folder)
        for service in (self.postgresql, self.nats, self.redis):
            self.services.append(service)
            service.start()
        self.postgresql.create_database()
        return self

    def start_kafka(self):
        """Starts a broker of Kafka's protocol beside the other servers."""
        self.kafka = Kafka(self.folder)
        self.services.append(self.kafka)
        self.kafka.start()
        return self.kafka

    def variables(self, database=None, nats=None, redis=None):
        """What nodes find their servers by; the arguments are ports to use instead."""
        return {
            "DATABASE_URL": self.postgresql.dsn(port=database), "NATS_URL": self.nats.url(nats),
            "REDIS_URL": self.redis.url(redis), "RATE_LIMIT_STORE": "redis",
        }

    def start_nodes(self, nodes):
        """Starts nodes at the same time and waits for all of them."""
        self.nodes += nodes
        for node in nodes:
            node.spawn()
        for node in nodes:
            node.wait_until_ready()

    def start_balancer(self, port=None):
        self.balancer = Balancer(self.folder, self.nodes, port)
        self.balancer.start()

    def stop(self):
        """Stops everything, who is in front first, and returns the names of those that had to be killed."""
        killed = []
        if self.balancer and not self.balancer.stop():
            killed.append(self.balancer.name)
        for node in self.nodes:
            node.ask_to_stop()
        for service in [*self.nodes, *reversed(self.services)]:
            if not service.stop():
                killed.append(service.name)
        return killed
