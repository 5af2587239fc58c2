#!/usr/bin/env python3
"""Measures wfserver with the store example beside nginx, a bare SwiftNIO server and a bare Hummingbird server.

Called by Scripts/benchmark. Servers listen on 127.0.0.1 only, keep their state in a temporary folder, and are stopped by
their process identifiers at the end, however that comes. The servers of a case take turns: one round of each, then again.

CPU time per request is user and system time of all processes of a server, from /proc, divided by the requests. It moves
far less with other load on the machine than the requests per second do: compare that one.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STORE = os.path.join(REPOSITORY, "Examples/store")
CONNECTIONS = 64
TICK = 1_000_000 / os.sysconf("SC_CLK_TCK")
# How long to wait for accepted orders to be finished, in seconds.
PATIENCE = 180

# The aims: CPU microseconds per request, unless the case says otherwise.
AIMS = {
    "livez": "18 us", "list": "24 us", "product": "18 us", "profile": "25 us", "static": "20 us", "metrics": "40 us",
    "order": "300 us", "accepted": "3,000/s", "finished": "500/s", "unfinished": "0", "ready": "60 ms",
    "server": "40 MB", "scripts": "50 MB",
}

PATHS = {
    "livez": "/livez", "list": "/api/products", "product": "/api/products/prod-001", "profile": "/api/auth/profile",
    "static": "/images/mechanical-keyboard.svg", "metrics": "/metrics",
}
PEERS = {"livez": ["nginx", "nio", "hummingbird"], "static": ["nginx"]}
CASES = ["ready", "memory", *PATHS, "order"]

ORDER = {
    "items": [{"productId": "prod-001", "quantity": 1}, {"productId": "prod-003", "quantity": 2}],
    "shipping": {"address": "12 St. James's Square", "city": "London", "state": "LDN", "zip": "10117"},
}


# --- Processes ------------------------------------------------------------------------------------------------------


def family(pid):
    """A process and everything it started."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry)] = int(stat_fields(entry)[1])
    members = [pid]
    for member in members:
        members += [child for child, parent in parents.items() if parent == member]
    return members


def stat_fields(pid):
    """The fields of /proc/PID/stat from the third on."""
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()


def cpu_microseconds(pid):
    total = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            fields = stat_fields(member)
            total += (int(fields[11]) + int(fields[12])) * TICK
    return total


def pss_megabytes(pids):
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as file:
            total += int(re.search(r"^Pss:\s+(\d+) kB", file.read(), re.MULTILINE).group(1))
    return total / 1000


def free_port():
    """A free port below those that the system gives to clients."""
    while True:
        port = random.randrange(20_000, 32_768)
        with socket.socket() as probe:
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


# --- Servers --------------------------------------------------------------------------------------------------------


class Server:
    """A server under test, in a folder of its own."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = os.path.join(folder, f"{name}-{random.randrange(1 << 32):08x}")
        self.port = free_port()
        self.process = None
        os.mkdir(self.folder)

    def command(self):
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    def start(self):
        """Starts it and returns the seconds until its first answer."""
        log = open(os.path.join(self.folder, "log"), "wb")
        began = time.monotonic()
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment())
        log.close()
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.request("GET", "/livez")[0] == 200:
                    return time.monotonic() - began
            if self.process.poll() is not None or time.monotonic() - began > 30:
                with open(os.path.join(self.folder, "log"), errors="replace") as file:
                    sys.exit(f"benchmark: {self.name} did not start:\n{file.read()[-3000:]}")
            time.sleep(0.001)

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pids(self):
        return family(self.process.pid)


class Workflow(Server):
    binary = None

    def command(self):
        return [
            self.binary, "run", os.path.join(STORE, "workflow.yaml"), "--state", os.path.join(self.folder, "state"),
            "--management-address", "none", "--log-level", "warning", "--quiet", "--drain-seconds", "5",
        ]

    def environment(self):
        # The store as it is, but without a limit that is ever reached, and with components that do not wait.
        return {
            **os.environ, "HOST": "127.0.0.1", "PORT": str(self.port),
            "JWT_SECRET": "a secret that is only good for benchmarks",
            "RATE_LIMIT": "60000000", "RATE_BURST": "1000000", "STEP_LATENCY_MIN": "0", "STEP_LATENCY_MAX": "0",
        }

    def token(self):
        user = {"email": f"{random.randrange(1 << 32)}@example.org", "name": "Ada", "password": "correct horse battery"}
        status, body = self.request("POST", "/api/auth/register", user, {"Content-Type": "application/json"})
        if status != 201:
            sys.exit(f"benchmark: the registration was answered with {status}: {body[:200]}")
        return json.loads(body)["token"]

    def count(self, query):
        """A number from the database, as another process sees it."""
        path = os.path.join(self.folder, "state/state.sqlite")
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as database:
            return database.execute(query).fetchone()[0]


class Nginx(Server):
    def command(self):
        user = "user root;" if os.geteuid() == 0 else ""
        configuration = f"""
            {user} worker_processes 2; daemon off; pid {self.folder}/pid; error_log {self.folder}/errors;
            events {{ worker_connections 1024; }}
            http {{
              access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
              open_file_cache max=100 inactive=60s;
              client_body_temp_path {self.folder}/b; proxy_temp_path {self.folder}/p; fastcgi_temp_path {self.folder}/f;
              uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
              types {{ image/svg+xml svg; }}
              server {{
                listen 127.0.0.1:{self.port} backlog=256;
                location = /livez {{ default_type application/json; return 200 '{{"status":"alive"}}'; }}
                location / {{ root {STORE}/web; }}
              }}
            }}"""
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(configuration)
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        return [nginx, "-p", self.folder, "-c", path, "-e", os.path.join(self.folder, "errors")]


class Peer(Server):
    folder_of_binaries = None
    products = {"nio": "NIOHello", "hummingbird": "HummingbirdHello"}

    def command(self):
        return [os.path.join(self.folder_of_binaries, self.products[self.name]), str(self.port)]


# --- Load -----------------------------------------------------------------------------------------------------------


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


def wrk(server, path, seconds, headers=(), script=None):
    """One round of load; returns its figures."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
    for header in headers:
        command += ["-H", header]
    if script:
        command += ["-s", script]
    before = cpu_microseconds(server.process.pid)
    output = subprocess.run(
        [*command, f"http://127.0.0.1:{server.port}{path}"], capture_output=True, text=True, timeout=seconds + 60)
    cpu = cpu_microseconds(server.process.pid) - before
    if output.returncode:
        sys.exit(f"benchmark: wrk failed: {output.stderr}{output.stdout}")
    text = output.stdout
    requests, duration = re.search(r"(\d+) requests in ([\d.]+)s", text).groups()
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    return {
        "requests": int(requests), "duration": float(duration), "rate": int(requests) / float(duration), "cpu": cpu,
        "p50": milliseconds(re.search(r"^ +50% +(\S+)", text, re.MULTILINE).group(1)),
        "p99": milliseconds(re.search(r"^ +99% +(\S+)", text, re.MULTILINE).group(1)),
        "bad": (int(refused.group(1)) if refused else 0) + (sum(map(int, errors.groups())) if errors else 0),
    }


def median(rounds, key):
    return statistics.median(figures[key] for figures in rounds)


# --- The table ------------------------------------------------------------------------------------------------------

HEADER = ("case", "server", "req/s", "(min - max)", "p50 ms", "p99 ms", "CPU us", "aim", "PSS MB")
WIDTHS = (8, 12, 8, 19, 8, 8, 8, 9, 8)


def line(*cells):
    """One line of the table: names to the left, figures to the right."""
    texts = [
        text.ljust(width) if index < 2 else text.rjust(width)
        for index, (text, width) in enumerate(zip(cells, WIDTHS))
    ]
    print(" ".join(texts).rstrip(), flush=True)


def measure_get(case, servers, options, token):
    headers = [f"Authorization: Bearer {token}"] if case == "profile" else []
    names = ["wfserver", *(name for name in PEERS.get(case, []) if name in servers)]
    rounds = {name: [] for name in names}
    for name in names:
        wrk(servers[name], PATHS[case], 1, headers)
    for _ in range(options.rounds):
        for name in names:
            rounds[name].append(wrk(servers[name], PATHS[case], options.seconds, headers))
    for name in names:
        figures = rounds[name]
        rates = sorted(round_["rate"] for round_ in figures)
        bad = sum(round_["bad"] for round_ in figures)
        cpu = statistics.median(round_["cpu"] / round_["requests"] for round_ in figures)
        line(
            case, name, f"{median(figures, 'rate'):,.0f}", f"({rates[0]:,.0f} - {rates[-1]:,.0f})",
            f"{median(figures, 'p50'):.2f}", f"{median(figures, 'p99'):.2f}", f"{cpu:.1f}",
            AIMS[case] if name == "wfserver" else "", f"{pss_megabytes(servers[name].pids):.1f}")
        if bad:
            print(f"         {bad} requests of {name} failed", flush=True)


def measure_orders(options, folder):
    """Orders through the whole pipeline: every one that was accepted must reach a final state."""
    script = os.path.join(folder, "order.lua")
    rows = []
    for _ in range(options.rounds):
        server = Workflow("wfserver", folder)
        try:
            server.start()
            with open(script, "w") as file:
                file.write(
                    'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
                    f'wrk.headers["Authorization"] = "Bearer {server.token()}"\n'
                    f"wrk.body = [==[{json.dumps(ORDER)}]==]\n")
            before = cpu_microseconds(server.process.pid)
            began = time.monotonic()
            figures = wrk(server, "/api/orders", options.seconds, script=script)
            early = server.count("SELECT count(*) FROM workflow_instances WHERE completed = 1")
            while True:
                open_orders = server.count("SELECT count(*) FROM workflow_instances WHERE completed = 0")
                elapsed = time.monotonic() - began
                if not open_orders or elapsed > PATIENCE:
                    break
                time.sleep(0.1)
            time.sleep(0.5)
            figures["whole"] = cpu_microseconds(server.process.pid) - before
            figures["orders"] = server.count("SELECT count(*) FROM workflow_instances")
            figures["accepted"] = figures["requests"] - figures["bad"]
            figures["delivered"] = server.count(
                "SELECT count(*) FROM workflow_instances WHERE current_state = 'delivered'")
            figures["unfinished"] = open_orders + max(0, figures["accepted"] - figures["orders"])
            figures["finished rate"] = (figures["orders"] - open_orders) / elapsed
            figures["early"] = early
            figures["elapsed"] = elapsed
            figures["pss"] = pss_megabytes(server.pids)
            rows.append(figures)
        finally:
            server.stop()
    rates = sorted(figures["accepted"] / figures["duration"] for figures in rows)
    cpu = statistics.median(figures["whole"] / max(1, figures["orders"]) for figures in rows)
    line(
        "order", "wfserver", f"{statistics.median(rates):,.0f}", f"({rates[0]:,.0f} - {rates[-1]:,.0f})",
        f"{median(rows, 'p50'):.2f}", f"{median(rows, 'p99'):.2f}", f"{cpu:.0f}", AIMS["order"],
        f"{median(rows, 'pss'):.1f}")
    finished = sorted(figures["finished rate"] for figures in rows)
    total = sum(figures["orders"] for figures in rows)
    delivered = sum(figures["delivered"] for figures in rows)
    bad = sum(figures["bad"] for figures in rows)
    notes = [
        f"accepted {statistics.median(rates):,.0f}/s (aim {AIMS['accepted']}), refused or failed {bad:,}",
        f"finished {statistics.median(finished):,.0f}/s ({finished[0]:,.0f} - {finished[-1]:,.0f}; "
        f"aim {AIMS['finished']}), the last one {median(rows, 'elapsed'):.1f} s after the first request",
        f"not finished: {sum(figures['unfinished'] for figures in rows)} of {total:,} (aim 0); "
        f"delivered {delivered:,}",
    ]
    for note in notes:
        print(f"         {note}", flush=True)
    return all(not figures["unfinished"] for figures in rows)


def measure_memory(folder):
    server = Workflow("wfserver", folder)
    try:
        server.start()
        time.sleep(3)
        pids = server.pids
        own, scripts = pss_megabytes(pids[:1]), pss_megabytes(pids[1:])
        print(
            f"memory   idle, PSS: server {own:.1f} MB (aim {AIMS['server']}), "
            f"{len(pids) - 1} script workers {scripts:.1f} MB (aim {AIMS['scripts']})", flush=True)
    finally:
        server.stop()


def measure_ready(options, folder):
    times = []
    for _ in range(3 if options.quick else 9):
        server = Workflow("wfserver", folder)
        try:
            times.append(server.start() * 1000)
        finally:
            server.stop()
    times.sort()
    print(
        f"ready    {statistics.median(times):.0f} ms ({times[0]:.0f} - {times[-1]:.0f}; aim {AIMS['ready']}) "
        f"from the start of the process to the first 200, with a new database", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="Scripts/benchmark", description="Measures wfserver beside other servers.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"one of {', '.join(CASES)}; by default all")
    parser.add_argument("--quick", action="store_true", help="one round of 2 s each")
    parser.add_argument("--rounds", type=int, help="rounds of each server (default 3)")
    parser.add_argument("--seconds", type=int, help="length of a round (default 5)")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--peers", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    for case in options.cases:
        if case not in CASES:
            parser.error(f"there is no case {case}; there are {', '.join(CASES)}")
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.seconds = options.seconds or (2 if options.quick else 5)
    cases = [case for case in CASES if not options.cases or case in options.cases]
    Workflow.binary = options.binary
    Peer.folder_of_binaries = options.peers

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    servers = {}
    is_complete = True
    folder = tempfile.mkdtemp(prefix="benchmark-")
    try:
        print(
            f"{os.cpu_count()} CPUs shared with the load generator, load average {os.getloadavg()[0]:.1f}; "
            f"{options.rounds} x {options.seconds} s, {CONNECTIONS} connections\n")
        if "ready" in cases:
            measure_ready(options, folder)
        if "memory" in cases:
            measure_memory(folder)
        if "ready" in cases or "memory" in cases:
            print()
        gets = [case for case in cases if case in PATHS]
        if gets or "order" in cases:
            line(*HEADER)
        if gets:
            servers["wfserver"] = Workflow("wfserver", folder)
            for name in {peer for case in gets for peer in PEERS.get(case, [])}:
                if name == "nginx":
                    servers[name] = Nginx(name, folder)
                elif options.peers:
                    servers[name] = Peer(name, folder)
            for server in servers.values():
                server.start()
            token = servers["wfserver"].token()
            for case in gets:
                measure_get(case, servers, options, token)
            for server in servers.values():
                server.stop()
        if "order" in cases:
            is_complete = measure_orders(options, folder)
    finally:
        for server in servers.values():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if is_complete else 1)


if __name__ == "__main__":
    main()
