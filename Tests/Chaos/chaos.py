#!/usr/bin/env python3
"""Orders of impatient customers on three nodes, while nodes, servers and connections fail: Scripts/test-chaos.

The nodes run the store with the drivers of workflow.cluster.yaml, and recording steps (before.yaml, after.yaml). What
goes wrong, and when, follows from the seed as far as the machine is as fast as before. At the end the tables of the
engine and the record of the outside world are compared. The exit code is 1 when anything does not hold.
"""

import argparse
import collections
import http.client
import os
import random
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Benchmarks"))

from checks import Checks, Machine  # noqa: E402
from cluster_process import Failure  # noqa: E402
from cluster_services import check_programs  # noqa: E402
from customers import Customers  # noqa: E402
from faults import NodeFaults, ServiceFaults  # noqa: E402
from machinery import ChaosCluster  # noqa: E402

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
# How many seconds nothing may change before what is left counts as stuck: the longest pauses are those of time-outs.
PATIENCE = 20


def say(text=""):
    print(text, flush=True)


def parse():
    parser = argparse.ArgumentParser(
        prog="Scripts/test-chaos", description="Kills, pauses and cuts while orders go through three nodes, and checks "
        "that nothing is lost and nothing is done twice.")
    parser.add_argument("--short", action="store_true", help="1,000 orders in about a minute")
    parser.add_argument("--seed", type=int, help="what the faults follow from; by default another one each time")
    parser.add_argument("--orders", type=int, help="how many (default 20000)")
    parser.add_argument("--seconds", type=int, help="over how many seconds they are spread (default: 480, short: 40)")
    parser.add_argument("--calm", action="store_true", help="without faults, to try the test itself")
    parser.add_argument("--keep", action="store_true", help="keep data and logs also when all holds")
    parser.add_argument("--binary", help="the wfserver to run instead of building one")
    options = parser.parse_args()
    if not options.binary:
        parser.error("--binary is missing; the script names it")
    options.orders = options.orders or (1000 if options.short else 20_000)
    options.seconds = options.seconds or (40 if options.short else 480)
    # How long all may take at most; on a machine with nothing else to do the short form ends after about a minute.
    options.limit = options.seconds + (100 if options.short else 360)
    if options.seed is None:
        options.seed = random.randrange(1_000_000)
    return options


def settle(cluster, deadline):
    """Waits until nothing is under way, as long as there is progress.

    Returns the seconds, or nothing when that does not come.
    """
    began = changed = time.monotonic()
    quiet, before = 0, None
    while time.monotonic() < min(deadline, changed + PATIENCE):
        try:
            left, made = cluster.postgresql.psql(
                "SELECT (SELECT count(*) FROM workflow.work_items) + (SELECT count(*) FROM workflow.outbox) + "
                "(SELECT count(*) FROM workflow.workflow_instances WHERE completed = 0), "
                "(SELECT count(*) FROM workflow.workflow_history)")[0]
            now = left, made, cluster.nats.unhandled()
        except (Failure, OSError, http.client.HTTPException, ValueError) as error:
            now = "", str(error), None
        if now != before:
            before, changed = now, time.monotonic()
        quiet = quiet + 1 if now[0] == "0" and now[2] == 0 else 0
        if quiet == 4:
            return time.monotonic() - began
        time.sleep(0.25)
    return None


def report(options, customers, lanes, checks, problems, settled, cluster):
    """The summary; returns whether everything holds."""
    latencies = sorted(customers.latencies)
    say()
    say(f"seed {options.seed}: {len(customers.accepted):,} of {options.orders:,} orders accepted, "
        f"{len(customers.given_up):,} given up")
    if latencies:
        say(f"accepted after p50 {latencies[len(latencies) // 2] * 1000:.0f} ms, "
            f"p99 {latencies[int(len(latencies) * 0.99)]:.2f} s, max {latencies[-1]:.1f} s; "
            f"all settled {f'{settled:.1f} s' if settled is not None else 'never'} after the last fault")
    posts = {status: count for status, count in customers.answers.items() if isinstance(status, int)}
    say("answers to POST: " + ", ".join(
        f"{count:,} {'lost' if status == 0 else status}" for status, count in sorted(posts.items())))
    faults = collections.Counter(name for lane in lanes for _, _, name, _ in lane.log)
    line = ""
    for part in [f"{count} {name}" for name, count in sorted(faults.items())]:
        if len(line) + len(part) > 68:
            say(f"  {line.rstrip(', ')}")
            line = ""
        line = line or "faults: " if not line else line
        line += part + ", "
    if line:
        say(f"  {line.rstrip(', ')}")
    say()
    holds = True
    for check in checks:
        holds = holds and not check.failures
        verdict = f"FAILED {len(check.failures)}" if check.failures else "holds"
        say(f"{check.name:56.56} {check.count:>9,}  {verdict}")
        if check.note:
            say(f"    {check.note:.76}")
        for failure in check.failures[:5]:
            say(f"    - {failure:.74}")
    for problem in problems[:10]:
        say(f"problem: {problem:.71}")
    return holds and not problems


def run(options, cluster):
    say(f"seed {options.seed}: {options.orders:,} orders over {options.seconds} s on three nodes; "
        f"everything is in {cluster.folder}")
    cluster.start()
    first = cluster.nodes[0]
    token = first.register("ada@example.org")
    machine = Machine(first.manage("GET", "/api/workflow/config")[1])
    began, started = time.monotonic(), time.time()
    customers = Customers(
        [node.port for node in cluster.nodes], token, options.orders, options.seconds, options.seed,
        options.began + options.limit)
    gap = (0.3, 1.2) if options.short else (0.5, 3)
    lanes = [] if options.calm else [NodeFaults(cluster, options.seed, gap), ServiceFaults(cluster, options.seed, gap)]
    customers.start()
    for lane in lanes:
        lane.start()
    if lanes:
        time.sleep(options.seconds * 0.8)
        lanes[0].finish()
        lanes[1].is_late = True
    time.sleep(max(0, began + options.seconds - time.monotonic()))
    for lane in lanes:
        lane.finish()
    cluster.proxy.heal()
    customers.wait_until_sent()
    settled = settle(cluster, options.began + options.limit)
    customers.finish()
    ended = time.time() - 3
    problems = [f"{lane.name}: {problem}" for lane in lanes for problem in lane.problems]
    problems += [f"{node.name} has ended by itself" for node in cluster.nodes if not node.is_running]
    letters = first.manage("GET", "/api/workflow/dead-letters?limit=1000")[1]["deadLetters"]
    for node in cluster.nodes:
        node.ask_to_stop()
    for node in cluster.nodes:
        if not node.stop(patience=30):
            problems.append(f"{node.name} did not end within 30 s after SIGTERM")
        elif node.process.returncode:
            problems.append(f"{node.name} ended with {node.process.returncode}")
    checks = Checks(cluster.postgresql, cluster.recorder.requests(), machine)
    checks.accepted(customers.accepted)
    checks.paths()
    checks.steps()
    checks.events()
    checks.schedule(started, ended)
    checks.tables()
    checks.dead_letters(len(letters))
    checks.answers(customers.answers, customers.surprises)
    checks.after_stop()
    with open(os.path.join(cluster.folder, "faults.txt"), "w") as file:
        for start, end, name, what in sorted(entry for lane in lanes for entry in lane.log):
            at = time.strftime("%H:%M:%S", time.gmtime(start))
            file.write(f"{at}.{int(start % 1 * 1000):03} {end - start:6.2f} s  {name}: {what}\n")
    with open(os.path.join(cluster.folder, "failures.txt"), "w") as file:
        for check in checks.all:
            file.writelines(f"{check.name}: {failure}\n" for failure in check.failures)
        file.writelines(f"problem: {problem}\n" for problem in problems)
    return report(options, customers, lanes, checks.all, problems, settled, cluster)


def main():
    options = parse()
    options.began = time.monotonic()

    def leave(number, _):
        # What comes after this is the cleaning up, which takes a bounded time and shall not be broken off.
        for other in SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in SIGNALS:
        signal.signal(number, leave)
    folder = tempfile.mkdtemp(prefix="chaos-")
    os.chmod(folder, 0o711)
    holds = False
    signal.alarm(options.limit + 60)
    try:
        check_programs(with_nginx=False)
        with ChaosCluster(folder, options.binary, 3.0 if options.short else 6.0) as cluster:
            holds = run(options, cluster)
            if not holds:
                say("Stopping; the database is left as it is.")
    except Failure as error:
        say(f"chaos: {error}")
    finally:
        signal.alarm(0)
        if holds and not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    say()
    if holds:
        say(f"Everything holds, after {time.monotonic() - options.began:.0f} s.")
    else:
        say(f"FAILED after {time.monotonic() - options.began:.0f} s with --seed {options.seed}.")
        say(f"Logs, faults.txt, failures.txt and the database are in {folder}")
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
