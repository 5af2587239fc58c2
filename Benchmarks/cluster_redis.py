"""Redis of a cluster."""

import socket

from cluster_process import Service, program


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
