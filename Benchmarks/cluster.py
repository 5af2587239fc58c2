#!/usr/bin/env python3
"""Measures several nodes on PostgreSQL, NATS and Redis. Called by Scripts/benchmark cluster.

PostgreSQL has its default settings, with fsync. Everything listens on 127.0.0.1 only, keeps its data in a temporary
folder, takes a bounded time, and is stopped by its process identifier at the end, however that comes. All servers,
nodes and load generators share this machine's processors, so that more nodes cannot do more than the processors allow.
The exit code is 1 when an aim is missed.

The lag of events is measured through NATS, and through the broker of the tests that speaks the protocol of Kafka. That
one is not Apache Kafka, so that its figures stand under its own name.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time

from cluster_lag import measure_kafka_lag, measure_lag
from cluster_orders import measure_orders
from cluster_process import Failure
from cluster_services import Cluster, check_programs
from cluster_table import print_table, say
from cluster_takeover import measure_takeover
from cluster_transitions import measure_transitions

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PHASES = ["transitions", "orders", "takeover", "lag", "kafka-lag"]


def parse():
    parser = argparse.ArgumentParser(prog="Scripts/benchmark cluster", description="Measures several nodes.")
    parser.add_argument("--quick", action="store_true", help="one round of 3 s each, in about 90 s altogether")
    parser.add_argument("--seconds", type=int, help="length of a round of load (default 6)")
    parser.add_argument("--rounds", type=int, help="rounds of transitions (default 3)")
    parser.add_argument("--takeovers", type=int, default=None, help="nodes that are killed (default 5)")
    parser.add_argument("--only", action="append", choices=PHASES)
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
    wanted = options.only or PHASES
    began = time.monotonic()
    try:
        check_programs(with_kafka="kafka-lag" in wanted)
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
                say(f"events through NATS: {time.monotonic() - began:.0f} s")
            if "kafka-lag" in wanted:
                result["kafka-lag"] = measure_kafka_lag(cluster, options.binary, options.seconds)
                say(f"events through {result['kafka-lag']['broker']}: {time.monotonic() - began:.0f} s")
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
