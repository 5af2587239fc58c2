#!/usr/bin/env python3
"""Measures several nodes on PostgreSQL, NATS and Redis. Called by Scripts/benchmark cluster.

PostgreSQL has its default settings, with fsync. Everything listens on 127.0.0.1 only, keeps its data in a temporary
folder, takes a bounded time, and is stopped by its process identifier at the end, however that comes. All servers,
nodes and load generators share this machine's processors, so that more nodes cannot do more than the processors allow.
The exit code is 1 when an aim is missed.
"""

import argparse
import contextlib
import datetime
import json
import os
import re
import shutil
import signal
import statistics
import sys
import tempfile
import time

from benchmark import ORDER, cpu_microseconds, family, pss_megabytes, wrk
from cluster_services import CLUSTER_FILE, Cluster, Failure, Node, check_programs
from cluster_transitions import measure_transitions
from reload_steps import spread

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NODE_TIMEOUT = 6.0
PATIENCE = 60


def say(text=""):
    print(text, flush=True)


class StoreNodes:
    """Nodes of the store with a database of their own, in front of which nginx stands."""

    def __init__(self, cluster, binary, count, name, latency=0, level="warning", log_format="text"):
        self.cluster = cluster
        dsn = cluster.postgresql.create_database(name)
        variables = {
            **cluster.variables(), "DATABASE_URL": dsn, "JWT_SECRET": "a secret that is only good for benchmarks",
            "RATE_LIMIT": "60000000", "RATE_BURST": "1000000", "STEP_LATENCY_MIN": str(latency),
            "STEP_LATENCY_MAX": str(latency),
        }
        folder = os.path.join(cluster.folder, name)
        os.makedirs(folder, exist_ok=True)
        self.name, self.folder = name, folder
        self.nodes = [
            Node(binary, number + 1, folder, variables, CLUSTER_FILE, NODE_TIMEOUT, level, log_format)
            for number in range(count)]

    def __enter__(self):
        self.cluster.start_nodes(self.nodes)
        self.token = self.nodes[0].register("ada@example.org")
        self.headers = {"Authorization": f"Bearer {self.token}"}
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.ask_to_stop()
        for node in self.nodes:
            node.stop()
            self.cluster.nodes.remove(node)

    def place(self, node, order):
        status, body = node.request("POST", "/api/orders", {**ORDER, "id": order}, self.headers)
        if status != 201:
            raise Failure(f"an order was answered with {status}: {body[:200]}")

    def number(self, sql):
        return self.cluster.postgresql.number(sql, self.name)


# --- Phases ---------------------------------------------------------------------------------------------------------


def measure_orders(cluster, binary, count, seconds):
    """Orders through the whole pipeline, by nginx, on so many nodes."""
    with StoreNodes(cluster, binary, count, f"orders{count}") as store:
        cluster.start_balancer()
        balancer = cluster.balancer
        script = os.path.join(cluster.folder, "order.lua")
        with open(script, "w") as file:
            file.write(
                'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
                f'wrk.headers["Authorization"] = "Bearer {store.token}"\nwrk.body = [==[{json.dumps(ORDER)}]==]\n')
        processes = [*store.nodes, cluster.postgresql, cluster.nats, cluster.redis, balancer]
        idle = pss_megabytes(family(store.nodes[0].process.pid))
        before = {service.name: cpu_microseconds(service.process.pid) for service in processes}
        began = time.monotonic()
        figures = wrk(balancer, "/api/orders", seconds, script=script)
        while True:
            left = store.number("SELECT count(*) FROM workflow.workflow_instances WHERE completed = 0")
            elapsed = time.monotonic() - began
            if not left or elapsed > PATIENCE:
                break
            time.sleep(0.1)
        total = store.number("SELECT count(*) FROM workflow.workflow_instances")
        cpu = {
            service.name: (cpu_microseconds(service.process.pid) - before[service.name]) / max(1, total)
            for service in processes}
        balancer.stop()
        cluster.balancer = None
        return {
            "nodes": count, "accepted": (figures["requests"] - figures["bad"]) / figures["duration"],
            "finished": (total - left) / elapsed, "orders": total, "unfinished": left, "failed": figures["bad"],
            "p50": figures["p50"], "p99": figures["p99"],
            "memory": {"idle": idle, "afterwards": pss_megabytes(family(store.nodes[0].process.pid))},
            "cpu": {
                "nodes": sum(value for name, value in cpu.items() if name.startswith("node")),
                **{name: value for name, value in cpu.items() if not name.startswith("node")}},
        }


def measure_takeover(cluster, binary, rounds):
    """The seconds from kill -9 until others have taken the node's work, and until its orders are finished."""
    result = {"taken": [], "finished": []}
    with StoreNodes(cluster, binary, 2, "takeover", latency=400) as store:
        for number in range(rounds):
            victim, other = store.nodes[number % 2], store.nodes[1 - number % 2]
            orders = [f"takeover-{number}-{index}" for index in range(20)]
            for order in orders:
                store.place(victim, order)
            # In the middle of its first steps.
            time.sleep(0.2)
            pid = victim.process.pid
            victim.send(signal.SIGKILL)
            began = time.monotonic()
            victim.process.wait()
            while pid in [node["processID"] for node in other.manage("GET", "/api/workflow/cluster")[1]["nodes"]]:
                if time.monotonic() - began > PATIENCE:
                    raise Failure("the work of a node that was killed was not taken over within a minute")
                time.sleep(0.02)
            result["taken"].append(time.monotonic() - began)
            names = ", ".join(f"'{order}'" for order in orders)
            while store.number(
                f"SELECT count(*) FROM workflow.workflow_instances WHERE completed = 0 AND id IN ({names})"):
                if time.monotonic() - began > PATIENCE:
                    raise Failure("orders of a node that was killed were not finished within a minute")
                time.sleep(0.05)
            result["finished"].append(time.monotonic() - began)
            victim.start()
    return result


def measure_lag(cluster, binary, seconds, rate=40):
    """The milliseconds from a transition to the subscriber of its event, on any of three nodes."""
    with StoreNodes(cluster, binary, 3, "lag", level="info", log_format="json") as store:
        for index in range(10):
            store.place(store.nodes[index % 3], f"warm-{index}")
        began = time.monotonic()
        for index in range(rate * seconds):
            time.sleep(max(0, began + index / rate - time.monotonic()))
            store.place(store.nodes[index % 3], f"lag-{index}")
        deadline = time.monotonic() + PATIENCE
        unfinished = "SELECT count(*) FROM workflow.workflow_instances WHERE completed = 0"
        while store.number(unfinished) or cluster.nats.unhandled():
            if time.monotonic() > deadline:
                raise Failure("the orders of the measurement of events did not finish within a minute")
            time.sleep(0.2)
        made = {}
        for instance, state, at in cluster.postgresql.psql(
            "SELECT instance_id, to_state, made_at FROM workflow.workflow_history WHERE instance_id LIKE 'lag-%'",
            "lag"):
            made[instance, f"order.{state}"] = int(at) / 1e9
        # The subscriber writes each message to the log.
        lags, missing = [], set(made)
        for node in store.nodes:
            for line in node.log().splitlines():
                handled = heard(line)
                if handled and (at := made.get(handled[1:])):
                    missing.discard(handled[1:])
                    lags.append((handled[0] - at) * 1000)
        return {"rate": rate, "events": len(made), "heard": len(lags), "missing": len(missing), **spread(lags)}


def heard(line):
    """Time, instance and topic of a line that the subscriber wrote, if it is one."""
    with contextlib.suppress(ValueError, KeyError):
        entry = json.loads(line)
        if instance := re.search(r'"instanceId":"([^"]*)"', entry["message.payload"]):
            # Python reads no more than microseconds.
            at = datetime.datetime.fromisoformat(f"{entry['time'].rstrip('Z'):.26}+00:00")
            return at.timestamp(), instance.group(1), entry["message.topic"]
    return None


# --- The table ------------------------------------------------------------------------------------------------------


def rows(result):
    """What is measured, its figure, its aim, and whether it holds; `None` where there is no aim."""
    if transitions := result.get("transitions"):
        server, reference = (statistics.median(transitions[name]) for name in ("server", "pgbench"))
        yield "transitions through the server", f"{server:,.0f}/s", "", None
        yield "pgbench, the same statements", f"{reference:,.0f}/s", "", None
        yield "server / pgbench", f"{server / reference:.2f}", ">= 0.6", server / reference >= 0.6
        latency = transitions["latency"]
        yield "transition, p50 and p99", f"{latency['p50']:.1f} / {latency['p99']:.1f} ms", "", None
        yield "transitions refused", f"{transitions['refused']}", "0", not transitions["refused"]
    for orders in result.get("orders", []):
        name = f"orders on {orders['nodes']} node{'s' if orders['nodes'] > 1 else ''}"
        yield f"{name}, finished", f"{orders['finished']:,.0f}/s", "", None
        yield f"{name}, accepted", f"{orders['accepted']:,.0f}/s", "", None
        yield f"{name}, failed", f"{orders['failed']} of {orders['orders']:,}", "0", not orders["failed"]
        yield f"{name}, not finished", f"{orders['unfinished']} of {orders['orders']:,}", "0", not orders["unfinished"]
    if takeover := result.get("takeover"):
        taken, finished = takeover["taken"], takeover["finished"]
        yield "kill -9 to take-over, p50", f"{statistics.median(taken):.1f} s", "", None
        yield "kill -9 to take-over, max", f"{max(taken):.1f} s", "<= 10 s", max(taken) <= 10
        yield "kill -9 to orders finished, max", f"{max(finished):.1f} s", "", None
    if lag := result.get("lag"):
        yield "transition to subscriber, p50", f"{lag['p50']:.1f} ms", "", None
        yield "transition to subscriber, p99", f"{lag['p99']:.1f} ms", "", None
        yield "events not heard", f"{lag['missing']} of {lag['events']:,}", "0", not lag["missing"]
    if orders := result.get("orders"):
        memory = orders[0]["memory"]
        yield "memory of a node, idle", f"{memory['idle']:.0f} MB", "", None
        yield "memory of a node, after the orders", f"{memory['afterwards']:.0f} MB", "", None


def print_table(result):
    say()
    say(f"{'':36} {'figure':>20} {'aim':>10}")
    holds = True
    for name, figure, aim, is_held in rows(result):
        verdict = "" if is_held is None else "holds" if is_held else "MISSED"
        say(f"{name:36} {figure:>20} {aim:>10} {verdict}".rstrip())
        holds = holds and is_held is not False
    say()
    for orders in result.get("orders", []):
        parts = ", ".join(f"{name} {value:,.0f}" for name, value in orders["cpu"].items())
        total = sum(orders["cpu"].values())
        say(
            f"CPU of an order on {orders['nodes']}, us: {parts}; together {total:,.0f}, so that {os.cpu_count()} CPUs "
            f"finish {os.cpu_count() * 1e6 / max(1, total):,.0f}/s at most")
    return holds


# --- The whole ------------------------------------------------------------------------------------------------------


def parse():
    parser = argparse.ArgumentParser(prog="Scripts/benchmark cluster", description="Measures several nodes.")
    parser.add_argument("--quick", action="store_true", help="one round of 3 s each, in about 90 s altogether")
    parser.add_argument("--seconds", type=int, help="length of a round of load (default 6)")
    parser.add_argument("--rounds", type=int, help="rounds of transitions (default 3)")
    parser.add_argument("--takeovers", type=int, default=None, help="nodes that are killed (default 5)")
    parser.add_argument("--only", action="append", choices=["transitions", "orders", "takeover", "lag"])
    parser.add_argument("--json", metavar="FILE", help="where to write all figures as well")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.seconds = options.seconds or (3 if options.quick else 6)
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.takeovers = options.takeovers or (2 if options.quick else 5)
    return options


def main():
    options = parse()

    def leave(number, _):
        # What comes after this is the cleaning up, which takes a bounded time and shall not be broken off.
        for other in SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in SIGNALS:
        signal.signal(number, leave)
    say(
        f"{os.cpu_count()} CPUs shared by PostgreSQL, NATS, Redis, nginx, the nodes and the load generator, "
        f"load average {os.getloadavg()[0]:.1f}\n")
    folder = tempfile.mkdtemp(prefix="benchmark-")
    os.chmod(folder, 0o711)
    result = {"options": vars(options)}
    wanted = options.only or ["transitions", "orders", "takeover", "lag"]
    began = time.monotonic()
    try:
        check_programs()
        with Cluster(folder) as cluster:
            cluster.start_services()
            if "transitions" in wanted:
                result["transitions"] = measure_transitions(cluster, options.binary, options.seconds, options.rounds)
                say(f"transitions: {time.monotonic() - began:.0f} s")
            if "orders" in wanted:
                result["orders"] = [
                    measure_orders(cluster, options.binary, count, options.seconds) for count in (1, 2, 3)]
                say(f"orders: {time.monotonic() - began:.0f} s")
            if "takeover" in wanted:
                result["takeover"] = measure_takeover(cluster, options.binary, options.takeovers)
                say(f"take-over: {time.monotonic() - began:.0f} s")
            if "lag" in wanted:
                result["lag"] = measure_lag(cluster, options.binary, options.seconds)
                say(f"events: {time.monotonic() - began:.0f} s")
    except Failure as error:
        sys.exit(f"benchmark: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    holds = print_table(result)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file, indent=1)
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
