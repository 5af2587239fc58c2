"""What Scripts/benchmark cluster prints."""

import os
import statistics


def say(text=""):
    print(text, flush=True)


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
    for lag in filter(None, (result.get("lag"), result.get("kafka-lag"))):
        broker = lag["broker"]
        yield f"event by {broker}, p50", f"{lag['p50']:.1f} ms", "", None
        yield f"event by {broker}, p99", f"{lag['p99']:.1f} ms", "", None
        yield f"event by {broker}, not heard", f"{lag['missing']} of {lag['events']:,}", "0", not lag["missing"]
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
