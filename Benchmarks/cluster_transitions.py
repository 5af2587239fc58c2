"""Committed transitions through the server, beside pgbench with the statements that the server was seen to use."""

import os
import re
import subprocess
import time

from benchmark import wrk
from cluster_nodes import Node
from cluster_process import Failure, program

COUNTERS = 4096
CONNECTIONS = 8

# A transition without steps and events that may follow itself: only the reading, the transaction and the answer.
APPLICATION = """
modules:
  - {name: web, type: http.server, config: {address: "127.0.0.1:${PORT}"}}
  - {name: router, type: http.router}
  - {name: health, type: health.checker}
  - name: database
    type: database.workflow
    config:
      dsn: ${DATABASE_URL}
      maxOpenConns: ${DATABASE_CONNECTIONS}
  - {name: persistence, type: persistence.store, config: {database: database}}
  - {name: machines, type: statemachine.engine}
  - name: counters
    type: api.handler
    config: {resourceName: counters, workflowType: counting, workflowEngine: machines, publishEvents: false}
workflows:
  http:
    routes:
      - {method: POST, path: /counters, handler: counters}
      - {method: PUT, path: "/counters/{id}/transition", handler: counters}
  statemachine:
    engine: machines
    definitions:
      - name: counting
        initialState: counting
        states: {counting: {}}
        transitions:
          count: {fromState: counting, toState: counting}
"""

LOAD = """
local number = 0
wrk.headers["Content-Type"] = "application/json"
function request()
  number = number + 1
  return wrk.format("PUT", "/counters/c" .. number %% %d .. "/transition", nil, '{"transition":"count"}')
end
"""


class CountingNode(Node):
    """A node with the application above."""

    def __init__(self, binary, folder, dsn):
        path = os.path.join(folder, "counting.yaml")
        with open(path, "w") as file:
            file.write(APPLICATION)
        variables = {"DATABASE_URL": dsn, "DATABASE_CONNECTIONS": str(CONNECTIONS)}
        super().__init__(binary, "-counting", folder, variables, path)

    def fill(self):
        for number in range(COUNTERS):
            status, body = self.request("POST", "/counters", {"id": f"c{number}"})
            if status != 201:
                raise Failure(f"a counter was answered with {status}: {body[:200]}")

    def count(self, counter):
        status, body = self.request("PUT", f"/counters/{counter}/transition", {"transition": "count"})
        if status != 200:
            raise Failure(f"a transition was answered with {status}: {body[:200]}")


def record(postgresql, node):
    """The statements of one transition with their parameters, as PostgreSQL logs them."""
    # So that the versions can be told from other numbers.
    for _ in range(40):
        node.count("c0")
    position = len(postgresql.log())
    set_logging(postgresql, "all")
    try:
        node.count("c0")
        time.sleep(0.3)
    finally:
        set_logging(postgresql, "none")
    text = postgresql.log()[position:]
    # Continued lines begin with a tab.
    text = text.replace("\n\t", " ")
    statements = []
    for kind, body in re.findall(r"(?:LOG|DETAIL):  (statement|execute [^:]*|parameters): (.*)", text):
        if kind == "parameters" and statements:
            values = dict(re.findall(r"(\$\d+) = ('(?:[^']|'')*'|NULL)", body))
            statements[-1] = (statements[-1][0], values)
        elif kind != "parameters" and "pg_reload_conf" not in body and "ALTER SYSTEM" not in body:
            statements.append((body, {}))
    # Signs of life and other things that go on by themselves.
    return [one for one in statements if not re.search(r"workflow_nodes|store_health|key_values|work_items", one[0])]


def set_logging(postgresql, value):
    postgresql.psql(f"ALTER SYSTEM SET log_statement = '{value}'")
    postgresql.psql("SELECT pg_reload_conf()")
    time.sleep(0.3)


def pgbench_script(statements, version):
    """The statements as a script: the reading first, then the transaction in messages as the server sends it."""
    lines = [f"\\set number random(0, {COUNTERS - 1})"]
    # What is known of a commit whose answer is lost; transactions that only look ask for it as well.
    number = "SELECT txid_current_if_assigned()"
    reading = [one for one in statements if one[0].startswith("SELECT") and one[0] != number]
    writing = [one for one in statements if not re.match(r"SELECT|BEGIN|COMMIT|SET|SHOW", one[0])]
    writing += [one for one in statements if one[0] == number][:1]
    begin = next((text for text, _ in statements if text.startswith("BEGIN")), "BEGIN")
    if not reading or not writing:
        raise Failure(f"the statements of a transition were not found in the log: {statements}")
    lines.append("\\set next 0")
    for index, (text, values) in enumerate(reading):
        lines.append(insert(text, values, version) + (" \\gset" if index == len(reading) - 1 else ";"))
    lines += ["\\set next :version + 1", "\\startpipeline", f"{begin};"]
    lines += [insert(text, values, version) + ";" for text, values in writing]
    lines += ["\\endpipeline", "COMMIT;"]
    return "\n".join(lines) + "\n"


def insert(text, values, version):
    """A statement with variables of pgbench for what differs from one instance to the other."""
    def value(match):
        given = values.get(match.group(0), "NULL")
        if given == "'c0'":
            return "('c' || :number)"
        if given == f"'{version}'":
            return ":version"
        if given == f"'{version + 1}'":
            return ":next"
        return given.replace("c0", "c1")
    return re.sub(r"\$\d+", value, text)


def checked_pgbench(postgresql, path, seconds, clients):
    """The rate, when each transaction was found to change its instance as the server does."""
    versions = "SELECT sum(version) FROM workflow.workflow_instances"
    rows = "SELECT count(*) FROM workflow.workflow_history"
    before = postgresql.number(versions), postgresql.number(rows)
    rate = pgbench(postgresql, path, seconds, clients)
    changed, written = postgresql.number(versions) - before[0], postgresql.number(rows) - before[1]
    # Two that choose the same instance at the same time change it once.
    if not 0.95 * rate * seconds < changed <= written:
        raise Failure(f"pgbench does not do what the server does: {written} rows of history, {changed} changes")
    return rate


def pgbench(postgresql, path, seconds, clients):
    # The tables lie in the schema of the engine.
    environment = {**os.environ, "PGOPTIONS": "-c search_path=workflow,public"}
    result = subprocess.run(
        [program("pgbench", "postgresql"), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds),
         "-f", path, postgresql.dsn()], capture_output=True, text=True, timeout=seconds + 60, env=environment)
    found = re.search(r"tps = ([\d.]+)", result.stdout)
    if result.returncode or not found:
        raise Failure(f"pgbench failed: {result.stderr[-1500:]}")
    return float(found.group(1))


def measure_transitions(cluster, binary, seconds, rounds):
    """Both in turns; the figures of all rounds."""
    postgresql = cluster.postgresql
    node = CountingNode(binary, cluster.folder, postgresql.dsn())
    cluster.start_nodes([node])
    node.fill()
    statements = record(postgresql, node)
    version = postgresql.number("SELECT version FROM workflow.workflow_instances WHERE id = 'c0'") - 1
    path = os.path.join(cluster.folder, "transition.pgbench")
    with open(path, "w") as file:
        file.write(pgbench_script(statements, version))
    script = os.path.join(cluster.folder, "transition.lua")
    with open(script, "w") as file:
        file.write(LOAD % COUNTERS)
    rows = "SELECT count(*) FROM workflow.workflow_history"
    result = {"statements": [text for text, _ in statements], "server": [], "pgbench": [], "refused": 0}
    wrk(node, "/", 1, script=script)
    for _ in range(rounds):
        before, began = postgresql.number(rows), time.monotonic()
        figures = wrk(node, "/", seconds, script=script)
        result["server"].append((postgresql.number(rows) - before) / (time.monotonic() - began))
        result["refused"] += figures["bad"]
        result["latency"] = {"p50": figures["p50"], "p99": figures["p99"]}
        result["pgbench"].append(checked_pgbench(postgresql, path, seconds, CONNECTIONS))
    cluster.nodes.remove(node)
    node.stop()
    return result
