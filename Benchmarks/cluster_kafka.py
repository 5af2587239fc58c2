"""A broker of Kafka's protocol in a cluster: the one of the tests, which is not Apache Kafka."""

import glob
import os
import re
import shutil
import subprocess

from benchmark import REPOSITORY, STORE
from cluster_process import Failure, Service

# What stands in workflow.cluster.yaml instead of NATS. Topics that another node has made are found within a second.
MODULE = """  - name: events
    type: messaging.kafka
    config:
      brokers: ${KAFKA_BROKERS}
      topicPrefix: store
      topicRefresh: 1s
      concurrency: ${EVENT_CONCURRENCY:-8}
      ackWait: ${EVENT_ACK_WAIT:-30s}
"""


class Kafka(Service):
    """noida-db. It may lose what it has acknowledged when it is stopped, so that it is none for tests of that."""

    name = "kafka"

    @staticmethod
    def find_program():
        """The path of the broker, as Scripts/bootstrap --services installs it, or `None`."""
        found = glob.glob(os.path.join(REPOSITORY, ".venv/lib/python3.*/site-packages/noida_db/noida-db"))
        places = [os.environ.get("KAFKA_BROKER", ""), *sorted(found)]
        return next((place for place in places if os.access(place, os.X_OK) and os.path.isfile(place)), None)

    @property
    def program(self):
        path = self.find_program()
        if path is None:
            raise Failure("a broker of Kafka's protocol is missing: run Scripts/bootstrap --services")
        return path

    @property
    def version(self):
        """What the broker calls itself; figures belong to it."""
        result = subprocess.run([self.program, "version"], capture_output=True, text=True, timeout=10)
        lines = result.stdout.split("\n")
        return lines[0].strip() or os.path.basename(self.program)

    def command(self):
        return [
            self.program, "start", "--data-dir", os.path.join(self.folder, "data"), "--host", "127.0.0.1", "--only",
            "kafka", "--kafka-port", str(self.port)]

    def brokers(self, port=None):
        """Where clients find it; the argument is a port to use instead."""
        return f"127.0.0.1:{port or self.port}"


def copy_kafka_store(folder):
    """Copies the store into a folder, with its events on Kafka; returns the file to run."""
    shutil.copytree(STORE, folder, ignore=shutil.ignore_patterns(".workflow"))
    path = os.path.join(folder, "workflow.cluster.yaml")
    with open(path) as file:
        text, count = re.subn(r"  - name: events\n(?: {4}.*\n)+", lambda _: MODULE, file.read())
    if count != 1:
        raise Failure("workflow.cluster.yaml does not have the module events as it is looked for here")
    with open(path, "w") as file:
        file.write(text)
    return path
