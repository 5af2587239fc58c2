"""What goes wrong during Scripts/test-chaos, in an order that follows from the seed."""

import random
import signal
import threading
import time

from cluster_process import Failure


class Lane(threading.Thread):
    """One fault after another, each kind as often as it stands in the deck."""

    def __init__(self, name, seed, gap):
        super().__init__(daemon=True, name=name)
        self.gap = gap
        self.random = random.Random(f"{seed}-{name}")
        self.stopped = threading.Event()
        self.is_late = False
        self.log = []
        self.problems = []

    def run(self):
        deck, was_late = [], False
        while not self.stopped.wait(self.random.uniform(*self.gap)):
            if not deck or was_late != self.is_late:
                was_late = self.is_late
                deck = list(self.deck())
                self.random.shuffle(deck)
            name, act = deck.pop()
            began = time.time()
            try:
                what = act()
            except (Failure, OSError) as error:
                self.problems.append(f"{name}: {error}")
                what = "failed"
            self.log.append((began, time.time(), name, what))

    def finish(self):
        self.stopped.set()
        self.join()

    def pause(self, low, high):
        """Waits a moment that follows from the seed; shorter when the test ends."""
        seconds = self.random.uniform(low, high)
        self.stopped.wait(seconds)
        return seconds


class NodeFaults(Lane):
    """Nodes die, are paused, and are stopped; one at a time."""

    def __init__(self, cluster, seed, gap):
        super().__init__("nodes", seed, gap)
        self.cluster = cluster
        self.timeout = cluster.node_timeout

    def deck(self):
        yield from [("kill", self.kill)] * 3
        yield "short pause", lambda: self.suspend(0.2, self.timeout * 0.6)
        yield from [("long pause", lambda: self.suspend(self.timeout * 1.3, self.timeout * 2.2))] * 2
        yield "stop", self.stop

    def kill(self):
        node = self.random.choice(self.cluster.nodes)
        node.send(signal.SIGKILL)
        node.process.wait()
        seconds = self.pause(0.2, self.timeout * 1.6)
        self.start_again(node)
        return f"{node.name} with -9, back after {seconds:.1f} s"

    def suspend(self, low, high):
        node = self.random.choice(self.cluster.nodes)
        node.send(signal.SIGSTOP)
        seconds = self.pause(low, high)
        node.send(signal.SIGCONT)
        return f"{node.name} for {seconds:.1f} s"

    def stop(self):
        node = self.random.choice(self.cluster.nodes)
        in_time = node.stop(patience=25)
        if not in_time:
            self.problems.append(f"{node.name} did not end within 25 s after SIGTERM")
        elif node.process.returncode != 0:
            self.problems.append(f"{node.name} ended with {node.process.returncode} after SIGTERM")
        self.start_again(node)
        return node.name

    def start_again(self, node):
        """As a supervisor would: a node that finds no database ends, and is started again."""
        deadline = time.monotonic() + 60
        while True:
            try:
                node.start()
                return
            except Failure:
                if node.is_running or time.monotonic() > deadline:
                    raise
                time.sleep(0.3)


class ServiceFaults(Lane):
    """Servers are restarted, and the ways to them are cut, slow or dead."""

    def __init__(self, cluster, seed, gap):
        super().__init__("services", seed, gap)
        self.cluster = cluster
        self.proxy = cluster.proxy

    def deck(self):
        cluster = self.cluster
        if self.is_late:
            # Nobody dies any more who would give work back: what is lost now must be found by those that live.
            for server in ("postgresql", "postgresql", "postgresql", "nats"):
                yield f"lost answers of {server}", lambda server=server: self.swallow(server)
                yield f"cut {server}", lambda server=server: self.cut(server)
            return
        yield "PostgreSQL, fast restart", lambda: self.restart(cluster.postgresql, signal.SIGINT, 0, 1)
        yield "PostgreSQL, immediate restart", lambda: self.restart(cluster.postgresql, signal.SIGQUIT, 0, 1)
        yield "NATS, restart", lambda: self.restart(cluster.nats, signal.SIGTERM, 0, 2)
        yield "NATS, kill -9", lambda: self.restart(cluster.nats, signal.SIGKILL, 0, 2)
        yield "Redis, away", lambda: self.restart(cluster.redis, signal.SIGTERM, 1, 3)
        for server in ("postgresql", "postgresql", "nats", "redis"):
            yield f"cut {server}", lambda server=server: self.cut(server)
        for server in ("postgresql", "postgresql", "nats"):
            yield f"lost answers of {server}", lambda server=server: self.swallow(server)
        for server in ("postgresql", "nats", "redis"):
            yield f"slow {server}", lambda server=server: self.delay(server)
            yield f"dead {server}", lambda server=server: self.stall(server)

    def restart(self, service, number, low, high):
        service.stop(number)
        seconds = self.pause(low, high)
        service.start()
        return f"back after {seconds:.1f} s"

    def ways(self, server, every=0.5):
        """The ways to a server of all nodes, or of one."""
        names = [node.name for node in self.cluster.nodes]
        chosen = names if self.random.random() < every else [self.random.choice(names)]
        return [f"{name}.{server}" for name in chosen], "all" if len(chosen) > 1 else chosen[0]

    def cut(self, server):
        ways, who = self.ways(server)
        for _ in range(self.random.randrange(1, 4)):
            self.proxy.tell("cut", ways)
            self.pause(0, 0.3)
        return who

    def swallow(self, server):
        ways, who = self.ways(server)
        self.proxy.tell("swallow", ways, on=True)
        seconds = self.pause(0.02, 0.5)
        self.proxy.tell("cut", ways)
        self.proxy.tell("swallow", ways, on=False)
        return f"{who}, {seconds:.2f} s"

    def delay(self, server):
        ways, who = self.ways(server)
        most = self.random.uniform(0.02, 0.3)
        self.proxy.tell("delay", ways, seconds=most)
        seconds = self.pause(1, 4)
        self.proxy.tell("delay", ways, seconds=0)
        return f"{who}, up to {most * 1000:.0f} ms, {seconds:.1f} s"

    def stall(self, server):
        ways, who = self.ways(server, every=0.2)
        self.proxy.tell("stall", ways, on=True)
        seconds = self.pause(0.5, self.cluster.node_timeout * 1.8)
        self.proxy.tell("stall", ways, on=False)
        return f"{who}, {seconds:.1f} s"
