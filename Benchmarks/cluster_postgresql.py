"""PostgreSQL of a cluster."""

import os
import secrets
import signal
import subprocess

from cluster_process import Failure, Service, program


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
