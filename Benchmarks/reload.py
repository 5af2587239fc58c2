#!/usr/bin/env python3
"""Measures what reloads of the configuration, and swaps of a component, do to requests that come at the same time.

Called by Scripts/benchmark reload. The load comes at a fixed rate, and each latency counts from when its request was
due, so that a server that stands still is not measured less. Beside the requests, streams of server-sent events and
WebSockets through the proxy are open all the time: one that ends, falls silent, or does not echo is lost.

Everything listens on 127.0.0.1 only, keeps its state in a temporary folder, takes a bounded time, and is stopped by its
process identifier at the end, however that comes. The exit code is 1 when an aim is missed.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time

from reload_configuration import Configuration
from reload_server import Backend, Load, Orders, StoreServer
from reload_steps import Reloads, Swaps
from benchmark import free_port

PATHS = [
    "/api/products", "/api/products/prod-001", "/version", "/backend/plain", "/images/mechanical-keyboard.svg",
    "/api/auth/profile",
]
STREAMS, SOCKETS, CONNECTIONS = 200, 50, 64
# Each followed order changes every 3 seconds or so; a stream that hears nothing for as many seconds as this is lost.
SILENCE = 10
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RATES = [2000, 1500, 1000, 750, 500, 300, 200, 100, 50]


def say(text=""):
    print(text, flush=True)


# --- Phases ---------------------------------------------------------------------------------------------------------


def describe(figures):
    requests, streams, sockets = figures["requests"], figures["streams"], figures["sockets"]
    latency = requests["latency"]
    return (
        f"{requests['rate']:,.0f} requests/s, p50 {latency['p50']:.2f} ms, p99 {latency['p99']:.2f} ms, "
        f"max {latency['max']:.1f} ms, failed {requests['failed']}; {streams['opened']} streams, {streams['events']:,} "
        f"events, lost {streams['lost'] + streams['stale']}; {sockets['opened']} sockets, {sockets['sent']:,} texts, "
        f"lost {sockets['lost'] + sockets['unanswered']}")


def mixed_load(server, orders, options, seconds, warm_up):
    """The load of both runs, with and without reloads."""
    return Load(
        server, PATHS, rate=options.rate, keep_alive=CONNECTIONS, short_lived=CONNECTIONS, streams=STREAMS,
        stream_path=[f"/api/orders/{order}" for order in orders.followed], stream_silence=SILENCE, sockets=SOCKETS,
        socket_path="/backend/echo", warm_up=warm_up, seconds=seconds,
        header=[f"Authorization: {orders.headers['Authorization']}"])


def measure_reloads(server, configuration, options):
    """The same load without and with reloads."""
    result = {}
    with Orders(server) as orders:
        with mixed_load(server, orders, options, options.baseline, options.warm_up) as load:
            result["baseline"] = load.figures(wait=options.baseline)
        say(f"without reloads  {describe(result['baseline'])}")
        if not options.reloads:
            return result
        status, answer, _ = server.manage("POST", "/api/workflow/reload")
        if status != 200:
            sys.exit(f"benchmark: the first POST /api/workflow/reload was answered with {status} {answer}")
        longest = options.seconds * 2 + 60 + 12 * options.unhealthy
        reloads = Reloads(server, configuration, options.unhealthy)
        with mixed_load(server, orders, options, longest + 2 * SILENCE, options.warm_up) as load:
            reloads.run(options.reloads, options.seconds, time.monotonic() + longest)
            # So that a stream that has been silent since the last reload is noticed.
            time.sleep(SILENCE + 2)
            result["load"] = load.figures()
        say(f"with reloads     {describe(result['load'])}")
        orders.stopped.set()
        orders.thread.join(15)
        result["orders"] = {
            "placed": len(orders.placed), "unfinished": orders.unfinished(), "problems": orders.problems}
    result["reloads"] = reloads.figures(min(50, options.reloads // 5))
    return result


def component_load(server, rate, seconds, warm_up=1):
    return Load(
        server, ["/component"], rate=rate, keep_alive=CONNECTIONS, short_lived=CONNECTIONS, warm_up=warm_up,
        seconds=seconds, bad_body='"success":false')


def sustainable_rate(server, wanted):
    """The highest rate at which calls of the component do not queue."""
    for rate in [wanted, *(rate for rate in RATES if rate < wanted)]:
        with component_load(server, rate, 4, warm_up=2) as load:
            figures = load.figures(wait=4)["requests"]
        if not figures["failed"] and figures["rate"] > 0.98 * rate and figures["latency"]["p99"] < 50:
            return rate, figures
    return rate, figures


def measure_swaps(server, options):
    rate, before = sustainable_rate(server, options.rate)
    if rate < options.rate:
        say(f"the component cannot be called {options.rate:,} times a second here, but {rate:,} times without a queue")
    longest = options.swap_seconds * 2 + 60
    swaps = Swaps(server)
    with component_load(server, rate, longest + 10) as load:
        swaps.run(options.swaps, options.swap_seconds, time.monotonic() + longest)
        time.sleep(1)
        figures = load.figures()
    say(f"with swaps       {describe(figures).partition(';')[0]}")
    return {"wantedRate": options.rate, "rate": rate, "before": before, "load": figures, **swaps.figures()}


# --- The table ------------------------------------------------------------------------------------------------------


def rows(result, options):
    """What is measured, its figure, its aim, and whether it holds; `None` where there is no aim."""
    if baseline := result.get("baseline"):
        failed = baseline["requests"]["failed"]
        yield "failed requests without reloads", f"{failed:,}", "", None
        yield "generator late by, p99", f"{baseline['requests']['lateness']['p99']:.2f} ms", "", None
    if load := result.get("load"):
        requests, streams, sockets = load["requests"], load["streams"], load["sockets"]
        reloads, orders = result["reloads"], result["orders"]
        lost = streams["lost"] + streams["stale"]
        ratio = requests["latency"]["p99"] / max(0.001, baseline["requests"]["latency"]["p99"])
        growth = reloads["rss"]["growth"]
        times = reloads["changed"]
        yield "reloads made", f"{reloads['reloads']:,}", f"{options.reloads:,}", reloads["reloads"] == options.reloads
        yield "wrong results of reloads", f"{len(reloads['problems'])}", "0", not reloads["problems"]
        is_fast = requests["rate"] > 0.98 * options.rate
        yield "requests a second", f"{requests['rate']:,.0f}", f"{options.rate:,}", is_fast
        total = requests["failed"] + requests["succeeded"]
        yield "failed requests", f"{requests['failed']:,} of {total:,}", "0", not requests["failed"]
        yield "lost streams", f"{lost} of {STREAMS}", "0", (lost, streams["opened"]) == (0, STREAMS)
        is_whole = (sockets["lost"], sockets["opened"]) == (0, SOCKETS)
        yield "lost WebSockets", f"{sockets['lost']} of {SOCKETS}", "0", is_whole
        yield "texts without an echo", f"{sockets['unanswered']} of {sockets['sent']:,}", "0", not sockets["unanswered"]
        yield "orders not finished", f"{orders['unfinished']} of {orders['placed']:,}", "0", not orders["unfinished"]
        yield "failed calls for orders", f"{len(orders['problems'])}", "0", not orders["problems"]
        yield "reload with changes, p50", f"{times['p50']:.1f} ms", "", None
        yield "reload with changes, p99", f"{times['p99']:.1f} ms", "< 100 ms", 0 < times["p99"] < 100
        yield "reload with changes, max", f"{times['max']:.1f} ms", "", None
        yield "reload without changes, p99", f"{reloads['unchanged']['p99']:.1f} ms", "", None
        yield "p99 with / without reloads", f"{ratio:.2f}", "<= 1.5", ratio <= 1.5
        yield "memory, last / first", f"{growth:+.1%} ({reloads['rss']['last']:.0f} MB)", "<= 5%", growth <= 0.05
    if swaps := result.get("swaps"):
        requests, times = swaps["load"]["requests"], swaps["times"]
        yield "swaps made", f"{swaps['swaps']:,}", f"{options.swaps:,}", swaps["swaps"] == options.swaps
        yield "wrong results of swaps", f"{len(swaps['problems'])}", "0", not swaps["problems"]
        yield "calls a second", f"{requests['rate']:,.0f}", f"{options.rate:,}", requests["rate"] > 0.98 * options.rate
        total = requests["failed"] + requests["succeeded"]
        yield "failed calls", f"{requests['failed']:,} of {total:,}", "0", not requests["failed"]
        yield "swap, p50", f"{times['p50']:.1f} ms", "", None
        yield "swap, p99", f"{times['p99']:.1f} ms", "< 20 ms", 0 < times["p99"] < 20
        yield "swap, max", f"{times['max']:.1f} ms", "", None


def print_table(result, options):
    say()
    say(f"{'':30} {'figure':>24} {'aim':>10}")
    holds = True
    for name, figure, aim, is_held in rows(result, options):
        verdict = "" if is_held is None else "holds" if is_held else "MISSED"
        say(f"{name:30} {figure:>24} {aim:>10} {verdict}".rstrip())
        holds = holds and is_held is not False
    return holds


def print_details(result):
    """What went wrong, as far as it fits."""
    for name in ("baseline", "load"):
        if kinds := result.get(name, {}).get("failures", {}).get("kinds"):
            say(f"failures {'without' if name == 'baseline' else 'with'} reloads: {kinds}")
    if kinds := result.get("swaps", {}).get("load", {}).get("failures", {}).get("kinds"):
        say(f"failures with swaps: {kinds}")
    for name in ("reloads", "orders", "swaps"):
        problems = result.get(name, {}).get("problems", [])
        for problem in problems[:8]:
            say(f"{name}: {problem[:300]}")
        if len(problems) > 8:
            say(f"{name}: and {len(problems) - 8} more")
    if reloads := result.get("reloads"):
        for name, times in reloads["timings"].items():
            say(f"reload with changes, {name}: p50 {times['p50']:.1f}, p99 {times['p99']:.1f}, max {times['max']:.1f}")
        for kind, times in reloads["refused"].items():
            say(f"refused, {kind}: {times['count']} times, p50 {times['p50']:.1f} ms, p99 {times['p99']:.1f} ms")
        if reloads["rolledBack"]:
            say(f"{reloads['rolledBack']} unhealthy ones were rolled back after the swap")


# --- The whole ------------------------------------------------------------------------------------------------------


def parse():
    parser = argparse.ArgumentParser(
        prog="Scripts/benchmark reload", description="Measures reloads and component swaps under load.")
    parser.add_argument("--quick", action="store_true", help="100 reloads and 100 swaps in about 40 s altogether")
    parser.add_argument("--reloads", type=int, help="how many (default 1000; 0 for only the load without reloads)")
    parser.add_argument("--rate", type=int, default=2000, help="requests a second (default 2000)")
    parser.add_argument("--seconds", type=int, help="over how many seconds the reloads are spread (default 150)")
    parser.add_argument("--baseline", type=int, help="seconds of the load without reloads (default 30)")
    parser.add_argument("--warm-up", type=int, help="seconds of load before each measurement (default 5)")
    parser.add_argument("--swaps", type=int, help="component swaps (default 1000; 0 for none)")
    parser.add_argument("--swap-seconds", type=int, help="over how many seconds the swaps are spread (default 60)")
    parser.add_argument(
        "--unhealthy", type=int, default=20,
        help="how many of the broken configurations are unhealthy at most, as that takes seconds each (default 20)")
    parser.add_argument("--json", metavar="FILE", help="where to write all figures as well")
    parser.add_argument("--keep-log", metavar="FILE", help="where to write the log of the server")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--peers", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    whole = {"reloads": 1000, "seconds": 150, "baseline": 30, "warm_up": 5, "swaps": 1000, "swap_seconds": 60}
    quick = {"reloads": 100, "seconds": 15, "baseline": 8, "warm_up": 2, "swaps": 100, "swap_seconds": 6}
    for name, value in (quick if options.quick else whole).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def main():
    options = parse()
    StoreServer.binary = options.binary
    Load.binary = Backend.binary = os.path.join(options.peers, "ReloadLoad")

    def leave(number, _):
        # What comes after this is the cleaning up, which takes a bounded time and shall not be broken off.
        for other in SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in SIGNALS:
        signal.signal(number, leave)
    say(
        f"{os.cpu_count()} CPUs shared with the load generator, load average {os.getloadavg()[0]:.1f}; "
        f"{options.rate:,} requests/s over {CONNECTIONS} kept and {CONNECTIONS} short-lived connections, "
        f"{options.reloads:,} reloads in {options.seconds} s, {options.swaps:,} swaps in {options.swap_seconds} s\n")
    folder = tempfile.mkdtemp(prefix="benchmark-")
    servers = []
    result = {"options": vars(options)}

    def started(server):
        servers.append(server)
        server.start()
        return server

    def end(server):
        if options.keep_log and server.name == "wfserver":
            with open(options.keep_log, "a") as file:
                file.write(server.log())
        server.stop()
        servers.remove(server)

    try:
        backend = started(Backend("backend", folder))
        configuration = Configuration(backend_port=backend.port, dead_port=free_port())
        if options.reloads or options.baseline:
            server = started(StoreServer(folder, configuration))
            result |= measure_reloads(server, configuration, options)
            end(server)
        if options.swaps:
            server = started(StoreServer(folder, configuration))
            result["swaps"] = measure_swaps(server, options)
            end(server)
    finally:
        for server in list(servers):
            end(server)
        shutil.rmtree(folder, ignore_errors=True)
    holds = print_table(result, options)
    print_details(result)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file, indent=1)
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
