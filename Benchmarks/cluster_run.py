#!/usr/bin/env python3
"""Runs the store example on several nodes on this machine until it is told to stop. Called by Scripts/cluster."""

import argparse
import fcntl
import os
import secrets
import signal
import socket
import sys
import time

from benchmark import REPOSITORY
from cluster_nodes import CLUSTER_FILE, Node
from cluster_process import Failure
from cluster_services import Cluster, check_programs

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def parse():
    parser = argparse.ArgumentParser(
        prog="Scripts/cluster",
        description="Starts PostgreSQL, NATS, Redis, several nodes with the store example, and nginx in front of them, "
        "all on 127.0.0.1, and stops them at Ctrl-C.")
    parser.add_argument("--nodes", type=int, default=3, help="how many nodes, 1 to 16 (default 3)")
    parser.add_argument("--port", type=int, default=8080, help="where nginx listens (default 8080)")
    parser.add_argument(
        "--directory", default=os.path.join(REPOSITORY, ".build/cluster"),
        help="where all data is kept; it stays for the next time (default .build/cluster)")
    parser.add_argument("--binary", help="the wfserver to run instead of building one")
    options = parser.parse_args()
    if not options.binary:
        parser.error("--binary is missing; the script names it")
    if not 1 <= options.nodes <= 16:
        parser.error("--nodes must be 1 to 16")
    return options


def secret(folder, name):
    """A secret of this folder; the same at each start, so that customers stay logged in."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    with open(path) as file:
        return file.read()


def take_folder(folder):
    """The lock of the folder, so that no second cluster runs in it. Held until the end of the process."""
    os.makedirs(folder, mode=0o711, exist_ok=True)
    lock = open(os.path.join(folder, "lock"), "a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Failure(f"another cluster runs in {folder}; take another --directory") from error
    return lock


def check_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failure(f"port {port} cannot be used: {error.strerror}; take another --port") from error


def table(cluster):
    """What runs, where, and how to stop it."""
    rows = [("nginx", f"http://{cluster.balancer.address}", cluster.balancer)]
    for node in cluster.nodes:
        rows.append((node.name, f"http://{node.address}  management 127.0.0.1:{node.management_port}", node))
    rows += [
        ("postgresql", cluster.postgresql.dsn(), cluster.postgresql), ("nats", cluster.nats.url(), cluster.nats),
        ("redis", cluster.redis.url(), cluster.redis)]
    lines = [f"{name:11} {service.process.pid:>7}  {address}" for name, address, service in rows]
    return "\n".join([
        f"{'':11} {'pid':>7}  address", *lines, "",
        f"Data and logs are in {cluster.folder}.",
        f"Token of the management API: {os.path.join(cluster.folder, 'management-token')}",
        f"Try: kill -9 {cluster.nodes[0].process.pid}, and go on in the browser.",
        f"Ctrl-C, or kill {os.getpid()}, stops everything.",
    ])


def watch(cluster, is_stopped):
    """Says it when something ends that nobody stopped."""
    ended = set()
    while not is_stopped():
        for service in [cluster.balancer, *cluster.nodes, *cluster.services]:
            if not service.is_running and service.name not in ended:
                ended.add(service.name)
                status = service.process.returncode
                print(f"{service.name} has ended ({status}); its log is {service.log_path}", flush=True)
        time.sleep(0.2)


def main():
    options = parse()
    stopped = []
    for number in SIGNALS:
        signal.signal(number, lambda number, _: stopped.append(number))
    folder = os.path.abspath(options.directory)
    try:
        check_programs()
        check_port(options.port)
        lock = take_folder(folder)
        with Cluster(folder) as cluster:
            cluster.start_services()
            variables = cluster.variables() | {
                "JWT_SECRET": secret(folder, "jwt-secret"),
                "TRUSTED_PROXY": "127.0.0.1",
                "WORKFLOW_MANAGEMENT_TOKEN": secret(folder, "management-token"),
            }
            nodes = [
                Node(options.binary, number + 1, folder, variables, CLUSTER_FILE) for number in range(options.nodes)]
            if not stopped:
                cluster.start_nodes(nodes)
                cluster.start_balancer(options.port)
                print(table(cluster), flush=True)
                watch(cluster, lambda: stopped)
            print("Stopping.", flush=True)
            if killed := cluster.stop():
                print(f"Had to be killed: {', '.join(killed)}", flush=True)
        lock.close()
    except Failure as error:
        sys.exit(f"cluster: {error}")


if __name__ == "__main__":
    main()
