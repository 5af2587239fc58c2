"""The configurations of Scripts/benchmark reload: the store example with a few parts that are changed all the time."""

import dataclasses
import os
import shutil

from benchmark import STORE

# What goes on top of the store: a changing answer, a proxy, messages, a schedule, and a component that is swapped.
MODULES = """
  - name: version
    type: http.handler
    config:
      response: {{version: {version}}}
  - name: gateway
    type: http.proxy
    config:
      backendServices: {{echo: "http://127.0.0.1:{backend_port}"}}
      routes: {{"/backend/*": echo}}
  - name: events
    type: messaging.broker
  - name: order-log
    type: messaging.handler
    config: {{topic: orders-events}}
  - name: timer
    type: scheduler.cron
    config: {{cronExpression: "{schedule}"}}
  - name: tick
    type: messaging.handler
  - name: on-call
    type: scheduler.cron
    config: {{cronExpression: "@every 24h", missed: skip}}
  - name: measured
    type: dynamic.component
    config: {{source: components/measured.js}}
"""
EXTRA_MODULE = """
  - name: extra
    type: http.handler
    config: {response: {extra: true}}
"""
ROUTES = """
      - {method: GET, path: /version, handler: version, middlewares: [security-headers]}
"""
EXTRA_ROUTE = """
      - {method: GET, path: /extra, handler: extra}
"""
WORKFLOWS = """
  scheduler:
    jobs:
      - {scheduler: timer, job: tick}
      - {scheduler: on-call, job: measured}
  messaging:
    broker: events
    subscriptions:
      - {topic: "order-processing.*", handler: order-log}
"""
TRIGGER = """
      - {method: GET, path: /component, workflow: scheduler, action: measured}
"""
# Configurations that must be refused, by kind; all but the first are further modules.
BROKEN = {
    "YAML syntax": None,
    "unknown type": """
  - name: wrong
    type: http.handlr
""",
    "port taken": """
  - name: second
    type: http.server
    config: {{address: "127.0.0.1:{backend_port}", router: router}}
""",
    "script syntax": """
  - name: wrong
    type: dynamic.component
    config: {{source: components/broken.js}}
""",
    "unhealthy": """
  - name: dead
    type: http.proxy
    config:
      backendServices: {{nobody: "http://127.0.0.1:{dead_port}"}}
      routes: {{"/dead/*": nobody}}
      healthCheck: {{enabled: true, interval: 50ms, unhealthyThreshold: 1}}
""",
}
CHANGES = ["text", "header", "route", "schedule"]
POLICIES = ["no-referrer", "same-origin"]
SCHEDULES = ["@every 90s", "@every 2m"]

COMPONENT = """"use strict";
module.exports = {{
  name: "measured",
  execute(input) {{
    let sum = 0;
    for (let index = 0; index < 20; index += 1) sum += index;
    return {{ swapped: {version}, sum }};
  }},
}};
"""
BROKEN_COMPONENT = '"use strict";\nmodule.exports = { execute(input) { return {; } };\n'


def put_in(text, marker, addition):
    """Puts lines behind the first line that is the marker."""
    lines = f"\n{marker}\n"
    if lines not in text:
        raise SystemExit(f"benchmark: the store example has no line {marker!r} any more; adapt reload_configuration.py")
    return text.replace(lines, lines + addition.strip("\n") + "\n", 1)


@dataclasses.dataclass
class Configuration:
    """What is in the configuration at the moment."""

    backend_port: int
    dead_port: int
    version: int = 1
    policy: int = 0
    schedule: int = 0
    has_extra: bool = False

    def change(self, what, number):
        """The same with one difference."""
        match what:
            case "text":
                return dataclasses.replace(self, version=number + 2)
            case "header":
                return dataclasses.replace(self, policy=1 - self.policy)
            case "route":
                return dataclasses.replace(self, has_extra=not self.has_extra)
            case "schedule":
                return dataclasses.replace(self, schedule=1 - self.schedule)

    def text(self, broken=None):
        with open(os.path.join(STORE, "workflow.yaml")) as file:
            text = file.read()
        modules = MODULES.format(
            version=self.version, backend_port=self.backend_port, schedule=SCHEDULES[self.schedule])
        if self.has_extra:
            modules += EXTRA_MODULE
        if broken and BROKEN[broken]:
            modules += BROKEN[broken].format(backend_port=self.backend_port, dead_port=self.dead_port)
        text = put_in(text, "modules:", modules)
        policy = f"    config: {{referrerPolicy: {POLICIES[self.policy]}}}"
        text = put_in(text, "    type: http.middleware.securityheaders", policy)
        text = put_in(text, "    routes:", ROUTES + (EXTRA_ROUTE.lstrip("\n") if self.has_extra else ""))
        text = put_in(text, "workflows:", WORKFLOWS)
        text = text.rstrip("\n") + TRIGGER
        if broken == "YAML syntax":
            text += "broken: [never, closed\n"
        return text

    def problems(self, request):
        """Where the answers differ from this configuration; `request` gives status, header and body of a path."""
        problems = []
        _, headers, body = request("/version")
        if body.replace(b" ", b"") != b'{"version":%d}' % self.version:
            problems.append(f"/version is {body[:60]!r}, not {self.version}")
        if headers.get("Referrer-Policy") != POLICIES[self.policy]:
            problems.append(f"Referrer-Policy is {headers.get('Referrer-Policy')}, not {POLICIES[self.policy]}")
        if (b'"extra"' in request("/extra")[2]) != self.has_extra:
            problems.append(f"/extra is there, or not, against the configuration (it says {self.has_extra})")
        return problems


def write_application(folder, configuration):
    """Copies the store and writes the configuration; returns the path of the file."""
    os.mkdir(folder)
    for part in ("components", "seed", "web"):
        shutil.copytree(os.path.join(STORE, part), os.path.join(folder, part))
    for name, text in (("measured.js", COMPONENT.format(version=0)), ("broken.js", BROKEN_COMPONENT)):
        with open(os.path.join(folder, "components", name), "w") as file:
            file.write(text)
    path = os.path.join(folder, "workflow.yaml")
    replace_file(path, configuration.text())
    return path


def replace_file(path, text):
    """Writes a file such that nobody ever sees half of it."""
    with open(path + ".new", "w") as file:
        file.write(text)
    os.replace(path + ".new", path)
