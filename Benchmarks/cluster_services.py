"""The servers of a cluster on one machine: PostgreSQL, NATS, Redis, nodes of wfserver, and nginx in front of them.

Used by Scripts/cluster, Scripts/test-chaos and Scripts/benchmark cluster. Everything listens on 127.0.0.1, keeps its
data in the folder that it is given, and is ended by its process identifier.
"""

import contextlib
import glob
import http.client
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time

from benchmark import REPOSITORY, free_port

TOKEN = "a-token-that-is-only-good-on-this-machine"
CLUSTER_FILE = os.path.join(REPOSITORY, "Examples/store/workflow.cluster.yaml")


class Failure(Exception):
    """A server that cannot be started, in words for people."""


def program(name, package):
    """The path of a program."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: -int(path.split("/")[-2]))
    path = shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin"]))
    if path is None:
        raise Failure(f"{name} is missing: install the package {package}, or run Scripts/bootstrap --services")
    return path


def check_programs(with_nginx=True):
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
    if missing:
        option = " --benchmark" if any(name.startswith("nginx") for name in missing) else ""
        raise Failure(f"missing: {', '.join(missing)}; run Scripts/bootstrap --services{option}")


class Service:
    """A server process with a folder of its own."""

    name = ""
    stop_signal = signal.SIGTERM
    patience = 30
    # Whether the server refuses to run as root, or should not.
    is_unprivileged = False

    def __init__(self, folder, port=None):
        self.folder = os.path.join(folder, self.name)
        self.port = port or free_port()
        self.process = None
        self.is_asked = False
        os.makedirs(self.folder, exist_ok=True)
        self.log_path = os.path.join(folder, f"{self.name}.log")

    def command(self):
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    def is_ready(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def user(self):
        """Who it runs as, for subprocess."""
        if not self.is_unprivileged or os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def spawn(self):
        """Starts it without waiting."""
        self.is_asked = False
        with open(self.log_path, "ab") as log:
            # In a session of its own, since what ends it is not the terminal but `stop`, in the right order.
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment(),
                start_new_session=True, cwd=self.folder, **self.user)

    def wait_until_ready(self, patience=None):
        deadline = time.monotonic() + (patience or self.patience)
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.is_ready():
                    return self
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"{self.name} did not start; {self.log_path} ends with:\n{self.log()[-2000:]}")
            time.sleep(0.02)

    def start(self):
        self.spawn()
        return self.wait_until_ready()

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def send(self, number):
        if self.is_running:
            self.process.send_signal(number)

    def ask_to_stop(self, number=None):
        """Asks it to end; once, since servers take a second time as a wish to end at once."""
        if not self.is_asked:
            self.is_asked = True
            self.send(signal.SIGCONT)
            self.send(number or self.stop_signal)

    def stop(self, number=None, patience=20):
        """Ends it: first by asking. Returns whether it went in time."""
        if not self.is_running:
            return True
        self.ask_to_stop(number)
        try:
            self.process.wait(patience)
            return True
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False


class PostgreSQL(Service):
    """PostgreSQL with its defaults; as root it runs as the user nobody, since it refuses root."""

    name = "postgresql"
    stop_signal = signal.SIGINT
    is_unprivileged = True
    settings = ["max_connections=200"]

    def __init__(self, folder, port=None):
        super().__init__(folder, port)
        self.data = os.path.join(self.folder, "data")
        self.password_path = os.path.join(self.folder, "password")

    @property
    def password(self):
        with open(self.password_path) as file:
            return file.read()

    def prepare(self):
        """Makes the data folder when it is not there yet."""
        if os.path.exists(os.path.join(self.data, "PG_VERSION")):
            return self
        if self.user:
            os.chown(self.folder, self.user["user"], self.user["group"])
            self.check_parents()
        with open(os.open(self.password_path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_hex(12))
        if self.user:
            os.chown(self.password_path, self.user["user"], self.user["group"])
        result = subprocess.run(
            [program("initdb", "postgresql"), "-D", self.data, "-U", "app", "-A", "scram-sha-256",
             f"--pwfile={self.password_path}", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"],
            capture_output=True, text=True, cwd=self.folder, **self.user)
        if result.returncode:
            raise Failure(f"initdb failed: {result.stderr[-1000:]}")
        return self

    def check_parents(self):
        parent = os.path.dirname(self.folder)
        os.chmod(parent, os.stat(parent).st_mode | 0o011)
        while parent != "/":
            if not os.stat(parent).st_mode & 0o001:
                raise Failure(
                    f"{parent} is closed to the user nobody, as whom PostgreSQL runs; take another --directory")
            parent = os.path.dirname(parent)

    def command(self):
        return [
            program("postgres", "postgresql"), "-D", self.data, "-p", str(self.port), "-k", self.folder,
            *(part for setting in ["listen_addresses=127.0.0.1", *self.settings] for part in ("-c", setting))]

    def is_ready(self):
        return subprocess.run(
            [program("pg_isready", "postgresql-client"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        ).returncode == 0

    def start(self):
        return self.prepare() and super().start()

    def dsn(self, database="store", port=None):
        return f"postgres://app:{self.password}@127.0.0.1:{port or self.port}/{database}"

    def psql(self, sql, database="store", timeout=120):
        """Runs statements; returns the rows as lists of texts."""
        result = subprocess.run(
            [program("psql", "postgresql-client"), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
             "-d", self.dsn(database), "-c", sql], capture_output=True, text=True, timeout=timeout)
        if result.returncode:
            raise Failure(f"psql: {result.stderr.strip()[-1000:]}")
        return [line.split("\t") for line in result.stdout.splitlines() if line]

    def number(self, sql, database="store"):
        return int(self.psql(sql, database)[0][0])

    def create_database(self, name="store"):
        if not self.number(f"SELECT count(*) FROM pg_database WHERE datname = '{name}'", "postgres"):
            self.psql(f"CREATE DATABASE {name}", "postgres")
        return self.dsn(name)


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


class Redis(Service):
    """redis-server, in memory."""

    name = "redis"

    def command(self):
        return [
            program("redis-server", "redis-server"), "--bind", "127.0.0.1", "--port", str(self.port), "--save", "",
            "--appendonly", "no", "--dir", self.folder]

    def is_ready(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")

    def url(self, port=None):
        return f"redis://127.0.0.1:{port or self.port}/0"


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


class Balancer(Service):
    """nginx in front of the nodes."""

    name = "nginx"
    stop_signal = signal.SIGQUIT

    def __init__(self, folder, nodes, port=None):
        super().__init__(folder, port)
        self.nodes = nodes

    def command(self):
        targets = "\n".join(
            f"server 127.0.0.1:{node.port} max_fails=1 fail_timeout=2s;" for node in self.nodes)
        temporary = "\n".join(
            f"{kind}_temp_path {self.folder}/{kind};" for kind in
            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(f"""
{"user root;" if os.geteuid() == 0 else ""}
worker_processes 1; daemon off; pid {self.folder}/pid; error_log {self.folder}/errors;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    {temporary}
    upstream nodes {{
        least_conn;
        {targets}
        keepalive 64;
    }}
    server {{
        listen 127.0.0.1:{self.port} backlog=1024;
        client_max_body_size 2m;
        location / {{
            proxy_pass http://nodes;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_connect_timeout 2s;
            # Streams of events come whole, and stay open while nothing happens.
            proxy_buffering off;
            proxy_read_timeout 1h;
            # A POST that may have reached a node is not sent to another one.
            proxy_next_upstream error timeout http_503;
            proxy_next_upstream_tries 3;
        }}
    }}
}}
""")
        return [program("nginx", "nginx-light"), "-p", self.folder, "-c", path, "-e", f"{self.folder}/errors"]

    def log(self):
        with contextlib.suppress(OSError), open(os.path.join(self.folder, "errors"), errors="replace") as file:
            return file.read()
        return super().log()


class Cluster:
    """The servers and the nodes of them; as a context it stops all of it, the nodes first."""

    def __init__(self, folder):
        self.folder = folder
        self.services = []
        self.nodes = []
        self.balancer = None

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
