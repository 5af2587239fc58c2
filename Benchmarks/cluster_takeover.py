"""How long it takes until others have the work of a node that was killed."""

import signal
import time

from cluster_process import Failure
from cluster_store import PATIENCE, StoreNodes


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
