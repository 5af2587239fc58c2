"""Orders through the whole pipeline on some nodes."""

import json
import os
import time

from benchmark import ORDER, cpu_microseconds, family, pss_megabytes, wrk
from cluster_store import PATIENCE, StoreNodes


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
