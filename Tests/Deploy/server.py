"""A wfserver to try things on."""

import os
import subprocess
import urllib.error
import urllib.request
from contextlib import contextmanager

from support import expect, free_port, run, wait_until

# What the configurations of this repository need to be valid.
VARIABLES = {
    "JWT_SECRET": "a secret that is only good for tests",
    "DATABASE_URL": "postgres://app:secret@127.0.0.1:5432/app",
    "NATS_URL": "nats://127.0.0.1:4222",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}


class Server:
    """Runs wfserver."""

    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder
        self._environment = os.environ | VARIABLES

    def validate(self, file, **variables):
        """Fails unless the configuration is valid."""
        run(self.binary, "validate", file, env=self._environment | variables)

    @contextmanager
    def running(self, application, port=None, management=None, **variables):
        """Runs an application with its state in memory until the end of the block, and stops it if it still runs."""
        port, management = port or free_port(), management or free_port()
        environment = self._environment | {"HOST": "127.0.0.1", "PORT": str(port)} | variables
        log = self.folder / f"server-{port}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [self.binary, "run", application, "--state", "none", "--management-address", f"127.0.0.1:{management}"],
                env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        process.port, process.management = port, management
        try:
            url = f"http://127.0.0.1:{port}/readyz"
            wait_until(lambda: status(url) == 200 or process.poll() is not None, "a server")
            expect(process.poll() is None, f"wfserver ended:\n{log.read_text()}")
            yield process
        finally:
            process.terminate()
            process.wait(60)


def status(url):
    """The status that a GET request is answered with; nothing without a server."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None
