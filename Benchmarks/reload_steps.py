"""The reloads and swaps of Scripts/benchmark reload, each with the answer that it must get."""

import http.client
import json
import re
import statistics
import time

from reload_configuration import BROKEN, BROKEN_COMPONENT, CHANGES, COMPONENT, replace_file

# Of ten reloads five change something, three change nothing, and two must be refused.
PATTERN = ["change", "same", "broken", "change", "reformatted", "change", "same", "broken", "change", "change"]
REFUSED = (409, 422)
# What each kind of refusal is answered with.
STATUSES = {"YAML syntax": (422,), "unknown type": (422,), "port taken": (409,)}


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def spread(values):
    """The figures of a list of times."""
    if not values:
        return {"count": 0, "p50": 0.0, "p99": 0.0, "max": 0.0}
    return {"count": len(values), "p50": quantile(values, 0.5), "p99": quantile(values, 0.99), "max": max(values)}


class Reloads:
    """Reloads a server again and again, through both doors, and checks what comes of it."""

    def __init__(self, server, configuration, unhealthy):
        """`unhealthy`: how many unhealthy configurations there are at most."""
        self.server = server
        self.configuration = configuration
        self.unhealthy = unhealthy
        self.records = []
        self.problems = []
        self.rolled_back = 0
        self.rss = []
        self.pss = []
        self.changes = self.refusals = 0

    def run(self, count, pace, deadline):
        """Makes the reloads, evenly over `pace` seconds as far as the server allows."""
        began = time.monotonic()
        self.text = self.configuration.text()
        self.generation = self.status().get("generation")
        for number in range(count):
            wait = began + pace * number / count - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            if time.monotonic() > deadline:
                self.problems.append(f"only {number} of {count} reloads in the time that there was")
                break
            try:
                self.step(number)
                self.rss.append(self.server.rss_megabytes())
                if number % 10 == 0:
                    self.pss.append((number, self.server.pss_megabytes()))
            except (OSError, http.client.HTTPException) as error:
                self.problems.append(f"reload {number}: {type(error).__name__}: {error}")
                if self.server.process.poll() is not None:
                    self.problems.append(f"the server has ended: {self.server.log()[-500:]}")
                    break

    def status(self):
        return self.server.manage("GET", "/api/workflow/status")[1]

    def reload(self, text, is_put):
        if is_put:
            return self.server.manage("PUT", "/api/workflow/config", text.encode(), "application/yaml")
        replace_file(self.server.path, text)
        return self.server.manage("POST", "/api/workflow/reload")

    def step(self, number):
        what = PATTERN[number % len(PATTERN)]
        # Not in step with the pattern, so that each kind comes through both doors.
        is_put = (number + number // len(PATTERN)) % 2 == 0
        match what:
            case "change":
                kind = CHANGES[self.changes % len(CHANGES)]
                self.changes += 1
                wanted = self.configuration.change(kind, number)
                text = wanted.text()
            case "broken":
                kind = list(BROKEN)[self.refusals % len(BROKEN)]
                if kind == "unhealthy" and self.refusals // len(BROKEN) >= self.unhealthy:
                    kind = "port taken"
                self.refusals += 1
                wanted, text = self.configuration, self.configuration.text(broken=kind)
            case _:
                kind, wanted, text = what, self.configuration, self.text
                if what == "reformatted":
                    text = f"# Reload {number}.\n\n" + self.configuration.text().replace("type: http.router", "type:   http.router", 1)
        status, answer, elapsed = self.reload(text, is_put)
        self.records.append({
            "number": number, "what": what, "kind": kind, "door": "PUT" if is_put else "POST", "status": status,
            "result": answer.get("status"), "milliseconds": elapsed, "timings": answer.get("timings") or {},
            "time": time.time(),
        })
        problem = self.check(what, kind, status, answer, wanted)
        if problem:
            self.problems.append(f"reload {number} ({'PUT' if is_put else 'POST'}, {kind}): {problem}")
        if what == "broken":
            replace_file(self.server.path, self.text)
        elif status == 200:
            self.configuration, self.text = wanted, text

    def check(self, what, kind, status, answer, wanted):
        """What is wrong with an answer, if anything."""
        said = f"{status} {json.dumps(answer)[:300]}"
        if what == "broken":
            return self.check_refusal(kind, status, answer, said)
        expected = "reloaded" if what == "change" else "unchanged"
        if status != 200 or answer.get("status") != expected:
            return f"expected 200 {expected}, got {said}"
        self.generation = answer.get("generation", self.generation)
        return "; ".join(wanted.problems(self.server.get)) or None if what == "change" else None

    def check_refusal(self, kind, status, answer, said):
        if kind == "unhealthy" and status == 200:
            return self.wait_for_rollback(answer.get("generation"), said)
        if status not in STATUSES.get(kind, REFUSED):
            return f"must be refused, got {said}"
        if status == 422 and not answer.get("issues"):
            return f"refused without an issue: {said}"
        if not (answer.get("issues") or answer.get("reason") or answer.get("error")):
            return f"refused without a reason: {said}"
        current = self.status().get("generation")
        if current != self.generation:
            return f"generation {current} runs after a refusal, not {self.generation}"
        return "; ".join(self.configuration.problems(self.server.get)) or None

    def wait_for_rollback(self, generation, said):
        """An unhealthy generation may be found out after the swap; the old one must come back then by itself."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            status = self.status()
            if status.get("generation") != generation:
                self.rolled_back += 1
                self.generation = status.get("generation")
                return None
            time.sleep(0.02)
        return f"an unhealthy generation stayed: {said}"

    def times(self, what, kind=None):
        """The milliseconds of reloads of a sort, without those that failed."""
        return [
            record["milliseconds"] for record in self.records
            if record["what"] == what and kind in (None, record["kind"])
            and (record["status"] in REFUSED if what == "broken" else record["status"] == 200)
        ]

    def figures(self, warm_up):
        """What came out; memory as the means of the first and of the last reloads after a warm-up."""
        rss = self.rss[warm_up:]
        share = max(1, min(100, len(rss) // 4))
        first, last = (statistics.fmean(part) if part else 0.0 for part in (rss[:share], rss[-share:]))
        timings = {}
        for record in self.records:
            if record["what"] == "change":
                for name, value in record["timings"].items():
                    timings.setdefault(name, []).append(value)
        return {
            "reloads": len(self.records), "problems": self.problems, "rolledBack": self.rolled_back,
            "changed": spread(self.times("change")), "unchanged": spread(
                self.times("same") + self.times("reformatted")),
            "refused": {kind: spread(self.times("broken", kind)) for kind in BROKEN},
            "timings": {name: spread(values) for name, values in timings.items()},
            "rss": {"first": first, "last": last, "growth": last / first - 1 if first else 0.0, "mean of": share},
            "rssOverTime": [round(value, 2) for value in self.rss[::10]], "pssOverTime": self.pss,
            "records": self.records,
        }


class Swaps:
    """Replaces a component again and again."""

    def __init__(self, server, component="measured"):
        self.server = server
        self.path = f"/api/dynamic/components/{component}"
        self.times = []
        self.timings = {}
        self.problems = []

    def put(self, source):
        return self.server.manage("PUT", self.path, json.dumps({"source": source}))

    def run(self, count, pace, deadline):
        """Makes the swaps, evenly over `pace` seconds; after each tenth one a version that must be refused."""
        began = time.monotonic()
        for number in range(count):
            wait = began + pace * number / count - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            if time.monotonic() > deadline:
                self.problems.append(f"only {number} of {count} swaps in the time that there was")
                break
            status, answer, elapsed = self.put(COMPONENT.format(version=number + 1))
            if status == 200:
                self.times.append(elapsed)
            for name, value in (answer.get("timings") or {}).items():
                self.timings.setdefault(name, []).append(value)
            if status != 200:
                self.problems.append(f"swap {number}: {status} {json.dumps(answer)[:300]}")
            if number % 10 == 9:
                status, answer, _ = self.put(BROKEN_COMPONENT)
                if status != 422:
                    self.problems.append(f"swap {number}: a broken script got {status} {json.dumps(answer)[:300]}")
                self.check_version(number + 1)

    def check_version(self, version):
        status, answer, _ = self.server.manage("POST", f"{self.path}/execute", "{}")
        if status != 200 or re.search(rf'"swapped": {version}\b', json.dumps(answer)) is None:
            self.problems.append(f"version {version} does not answer: {status} {json.dumps(answer)[:300]}")

    def figures(self):
        return {
            "swaps": len(self.times), "times": spread(self.times), "problems": self.problems,
            "timings": {name: spread(values) for name, values in self.timings.items()},
        }
