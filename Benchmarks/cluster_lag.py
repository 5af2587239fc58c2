"""How long the event of a transition takes to its subscriber, on any of three nodes."""

import contextlib
import datetime
import json
import os
import re
import time

from cluster_kafka import copy_kafka_store
from cluster_process import Failure
from cluster_store import PATIENCE, StoreNodes
from reload_steps import spread

# How many seconds the slowest event of some orders may take before the nodes count as settled.
SETTLED = 1.0


def measure_lag(cluster, binary, seconds, rate=40):
    """The milliseconds with the broker of workflow.cluster.yaml, which is NATS."""
    with StoreNodes(cluster, binary, 3, "lag", level="info", log_format="json") as store:
        return {"broker": "NATS", **measure(store, seconds, rate)}


def measure_kafka_lag(cluster, binary, seconds, rate=40):
    """The milliseconds with a broker of Kafka's protocol, whose name is a part of the result."""
    kafka = cluster.start_kafka()
    options = {
        "level": "info", "log_format": "json", "variables": {"KAFKA_BROKERS": kafka.brokers()},
        "file": copy_kafka_store(os.path.join(cluster.folder, "kafka-store"))}
    # One node makes the topics: each new one lets the members of a group join anew, and this broker forgets nobody who
    # was lost meanwhile.
    with StoreNodes(cluster, binary, 1, "kafkatopics", **options) as store:
        warm_up(store)
    with StoreNodes(cluster, binary, 3, "kafkalag", **options) as store:
        return {"broker": kafka.version, **measure(store, seconds, rate)}


def measure(store, seconds, rate):
    warm_up(store)
    began = time.monotonic()
    for index in range(rate * seconds):
        time.sleep(max(0, began + index / rate - time.monotonic()))
        store.place(store.nodes[index % len(store.nodes)], f"lag-{index}")
    lags, made = wait_for_events(store, "lag-")
    return {
        "rate": rate, "events": len(made), "heard": sum(map(len, lags.values())), "missing": len(made) - len(lags),
        **spread([lag for times in lags.values() for lag in times])}


def warm_up(store):
    """Places orders until their events come at once: topics are made first, and nodes find their parts of them."""
    deadline = time.monotonic() + PATIENCE
    number = 0
    while True:
        number += 1
        for index in range(12):
            store.place(store.nodes[index % len(store.nodes)], f"warm-{number}-{index}")
        lags, made = wait_for_events(store, f"warm-{number}-")
        if len(lags) == len(made) and max(lag for times in lags.values() for lag in times) < SETTLED * 1000:
            return
        if time.monotonic() > deadline:
            raise Failure("events did not come within a second after a minute of trying")


def wait_for_events(store, prefix):
    """The lags of each event of some orders, and when each of them was made.

    Returns when all have been heard, or when nothing has been heard for a while.
    """
    changed, before = time.monotonic(), None
    while True:
        left = store.number(
            "SELECT (SELECT count(*) FROM workflow.workflow_instances WHERE completed = 0) + "
            "(SELECT count(*) FROM workflow.outbox)")
        made = {
            (instance, f"order.{state}"): int(at) / 1e9 for instance, state, at in store.cluster.postgresql.psql(
                "SELECT instance_id, to_state, made_at FROM workflow.workflow_history "
                f"WHERE instance_id LIKE '{prefix}%'", store.name)}
        lags = {}
        for node in store.nodes:
            # The subscriber writes each message to the log.
            for line in node.log().splitlines():
                handled = heard(line)
                if handled and (at := made.get(handled[1:])):
                    lags.setdefault(handled[1:], []).append((handled[0] - at) * 1000)
        if not left and len(lags) == len(made):
            return lags, made
        if (left, len(lags)) != before:
            changed, before = time.monotonic(), (left, len(lags))
        elif time.monotonic() > changed + PATIENCE:
            if left:
                raise Failure("the orders of the measurement of events did not finish within a minute")
            return lags, made
        time.sleep(0.2)


def heard(line):
    """Time, instance and topic of a line that the subscriber wrote, if it is one."""
    with contextlib.suppress(ValueError, KeyError):
        entry = json.loads(line)
        if instance := re.search(r'"instanceId":"([^"]*)"', entry["message.payload"]):
            # Python reads no more than microseconds.
            at = datetime.datetime.fromisoformat(f"{entry['time'].rstrip('Z'):.26}+00:00")
            return at.timestamp(), instance.group(1), entry["message.topic"]
    return None
