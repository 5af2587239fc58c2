"""What Scripts/benchmark reload starts and talks to: the server, its management API, the load, and orders under way."""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import threading
import time

from benchmark import ORDER, Server, family, free_port, pss_megabytes
from reload_configuration import write_application

PAGE = os.sysconf("SC_PAGE_SIZE")
TOKEN = "a-token-that-is-only-good-for-benchmarks"


class StoreServer(Server):
    """wfserver with the changing configuration, and its management API."""

    binary = None

    def __init__(self, folder, configuration):
        super().__init__("wfserver", folder)
        self.management_port = free_port()
        self.path = write_application(os.path.join(self.folder, "application"), configuration)
        self.management = http.client.HTTPConnection("127.0.0.1", self.management_port, timeout=60)

    def command(self):
        return [
            self.binary, "run", self.path, "--state", os.path.join(self.folder, "state"),
            "--management-address", f"127.0.0.1:{self.management_port}", "--drain-seconds", "5", "--quiet",
            "--log-level", "warning", "--log-format", "text",
        ]

    def environment(self):
        return {
            **os.environ, "HOST": "127.0.0.1", "PORT": str(self.port), "WORKFLOW_MANAGEMENT_TOKEN": TOKEN,
            "JWT_SECRET": "a secret that is only good for benchmarks",
            "RATE_LIMIT": "60000000", "RATE_BURST": "1000000", "STEP_LATENCY_MIN": "0", "STEP_LATENCY_MAX": "0",
        }

    def get(self, path):
        """Status, header and body of a path, over a new connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def manage(self, method, path, body=None, content_type="application/json"):
        """Asks the management API; returns status, the answer as an object, and the milliseconds that it took."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        if body is not None:
            headers["Content-Type"] = content_type
        if self.management.sock is None:
            self.management.connect()
        began = time.perf_counter()
        try:
            self.management.request(method, path, body, headers)
            response = self.management.getresponse()
            status, data = response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            self.management.close()
            return 0, {"error": f"{type(error).__name__}: {error}"}, (time.perf_counter() - began) * 1000
        elapsed = (time.perf_counter() - began) * 1000
        try:
            answer = json.loads(data)
        except ValueError:
            answer = None
        return status, answer if isinstance(answer, dict) else {"body": data.decode(errors="replace")}, elapsed

    def rss_megabytes(self):
        """Of the server alone, without the processes of its scripts."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE / 1_000_000

    def pss_megabytes(self):
        """Of the server and the processes of its scripts."""
        return pss_megabytes(family(self.process.pid))

    def log(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as file:
            return file.read()

    def stop(self):
        self.management.close()
        super().stop()


class Backend(Server):
    """The backend of the proxy: WebSocket echoes and plain answers."""

    binary = None

    def command(self):
        return [self.binary, "echo-backend", "--port", str(self.port)]


class Load:
    """A run of the generator."""

    binary = None

    def __init__(self, server, paths, **options):
        self.command = [self.binary, "load", "--port", str(server.port)]
        for path in paths:
            self.command += ["--path", path]
        for name, value in options.items():
            for one in value if isinstance(value, list) else [value]:
                self.command += [f"--{name.replace('_', '-')}", str(one)]
        self.process = None

    def __enter__(self):
        """Starts it and waits until the measurement begins."""
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            if self.process.stderr.readline() != "measuring\n":
                sys.exit("benchmark: the load did not begin")
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def figures(self, wait=None):
        """Ends the measurement, or waits for its end, and returns what came out."""
        if wait is None:
            self.process.terminate()
        output, errors = self.process.communicate(timeout=(wait or 0) + 30)
        if self.process.returncode:
            sys.exit(f"benchmark: the load failed: {errors}")
        return json.loads(output)


class Orders:
    """Orders under way: some wait for a payment in vain and are followed by streams, others are delivered."""

    def __init__(self, server, followed=10):
        self.server = server
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token()}"}
        self.placed = []
        self.problems = []
        self.followed = [self.place("00000") for _ in range(followed)]
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)

    def token(self):
        user = {"email": "ada@example.org", "name": "Ada", "password": "correct horse battery"}
        status, body = self.server.request("POST", "/api/auth/register", user, {"Content-Type": "application/json"})
        if status != 201:
            sys.exit(f"benchmark: the registration was answered with {status}: {body[:200]}")
        return json.loads(body)["token"]

    def place(self, zip_code):
        order = {**ORDER, "shipping": {**ORDER["shipping"], "zip": zip_code}}
        status, body = self.server.request("POST", "/api/orders", order, self.headers)
        if status != 201:
            raise OSError(f"an order was answered with {status}: {body[:200]}")
        return json.loads(body)["id"]

    def __enter__(self):
        self.wait_for(self.followed, "payment_failed", 10)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join(15)

    def work(self):
        """Each 250 ms an order, and another attempt to pay one of those that wait."""
        number = 0
        while not self.stopped.wait(0.25):
            try:
                self.placed.append(self.place("10117"))
                path = f"/api/orders/{self.followed[number % len(self.followed)]}/transition"
                status, body = self.server.request("PUT", path, {"transition": "retry_payment"}, self.headers)
                if status != 200:
                    self.problems.append(f"retry_payment: {status} {body[:100]!r}")
            except (OSError, http.client.HTTPException) as error:
                self.problems.append(f"{type(error).__name__}: {error}")
            number += 1

    def state(self, order):
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            _, body = self.server.request("GET", f"/api/orders/{order}", headers=self.headers)
            return json.loads(body).get("state")
        return None

    def wait_for(self, orders, state, seconds):
        """Those that are not in the state by then."""
        deadline = time.monotonic() + seconds
        missing = list(orders)
        while missing:
            missing = [order for order in missing if self.state(order) != state]
            if time.monotonic() > deadline:
                break
            time.sleep(0.05 if missing else 0)
        return missing

    def unfinished(self):
        """How many did not come to where they should, after the last request."""
        return len(self.wait_for(self.placed, "delivered", 30)) + len(
            self.wait_for(self.followed, "payment_failed", 10))
