"""What Scripts/test-chaos starts: the servers, a recorder, a proxy on each way to a server, and the nodes."""

import json
import os
import shutil
import subprocess
import sys
import threading

from benchmark import free_port
from cluster_nodes import Node
from cluster_process import Failure, Service
from cluster_services import Cluster

HERE = os.path.dirname(os.path.abspath(__file__))
# Read in this order, which is that of the steps of a hook.
FILES = ["before.yaml", "workflow.yaml", "workflow.cluster.yaml", "after.yaml"]
SERVERS = ["postgresql", "nats", "redis"]


class Recorder(Service):
    name = "recorder"

    def command(self):
        return [sys.executable, os.path.join(HERE, "recorder.py"), str(self.port), self.path]

    @property
    def path(self):
        return os.path.join(self.folder, "requests.jsonl")

    def requests(self):
        with open(self.path) as file:
            return [json.loads(line) for line in file]


class Proxy(Service):
    """The ways from each node to each server."""

    name = "proxy"

    def __init__(self, folder, node_names, targets):
        super().__init__(folder)
        self.ports = {f"{node}.{server}": free_port() for node in node_names for server in targets}
        self.routes = [[name, port, targets[name.split(".")[1]]] for name, port in self.ports.items()]
        self.lock = threading.Lock()

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, os.path.join(HERE, "proxy.py"), json.dumps(self.routes)], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True)
        if self.process.stdout.readline() != "ready\n":
            raise Failure(f"the proxy did not start: {self.log()[-1000:]}")
        return self

    def tell(self, do, routes, **options):
        with self.lock:
            self.process.stdin.write(json.dumps({"do": do, "routes": routes, **options}) + "\n")
            self.process.stdin.flush()
            self.process.stdout.readline()

    def heal(self):
        names = list(self.ports)
        self.tell("delay", names, seconds=0)
        self.tell("swallow", names, on=False)
        self.tell("stall", names, on=False)


class ChaosNode(Node):
    """A node of the store with the recording steps. The files are a copy, since a configuration stays in its folder."""

    def command(self):
        command = super().command()
        position = command.index(self.file)
        folder = os.path.dirname(self.file)
        return command[:position] + [os.path.join(folder, name) for name in FILES] + command[position + 1:]


class ChaosCluster(Cluster):
    def __init__(self, folder, binary, node_timeout, count=3):
        super().__init__(folder)
        self.binary, self.node_timeout, self.count = binary, node_timeout, count

    def start(self):
        application = os.path.join(self.folder, "application")
        shutil.copytree(
            os.path.join(HERE, "../../Examples/store"), application, ignore=shutil.ignore_patterns(".workflow"))
        for name in ("before.yaml", "after.yaml"):
            shutil.copy(os.path.join(HERE, name), application)
        self.start_services()
        self.recorder = Recorder(self.folder)
        names = [f"node{number + 1}" for number in range(self.count)]
        self.proxy = Proxy(self.folder, names, {name: getattr(self, name).port for name in SERVERS})
        for service in (self.recorder, self.proxy):
            self.services.append(service)
            service.start()
        self.start_nodes([self.node(number, application) for number in range(self.count)])

    def node(self, number, application):
        ports = {server: self.proxy.ports[f"node{number + 1}.{server}"] for server in SERVERS}
        # Steps that take a moment, so that there is always something under way.
        variables = {
            **self.variables(ports["postgresql"], ports["nats"], ports["redis"]),
            "JWT_SECRET": "a secret that is only good for tests", "RATE_LIMIT": "60000000", "RATE_BURST": "1000000",
            "STEP_LATENCY_MIN": "5", "STEP_LATENCY_MAX": "60", "EVENT_ACK_WAIT": "5s", "EVENT_CONCURRENCY": "16",
            "RECORDER_URL": f"http://127.0.0.1:{self.recorder.port}",
        }
        return ChaosNode(
            self.binary, number + 1, self.folder, variables, os.path.join(application, FILES[0]), self.node_timeout)
