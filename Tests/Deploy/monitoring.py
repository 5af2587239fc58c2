"""Prometheus, its alerts, and the dashboard: only metrics that there are."""

import json
import re
import urllib.request

import yaml

import compose
from support import DEPLOY, ROOT, expect, run

FOLDER = DEPLOY / "monitoring"
# What Prometheus itself adds.
BUILT_IN = {"up"}
WORDS = {"by", "without", "on", "ignoring", "group_left", "group_right", "offset", "and", "or", "unless", "bool", "inf"}


def check(folder, server, write):
    known = _known_metrics(server, write)
    _prometheus(folder)
    _alerts(known)
    _dashboard(folder, known)
    for file in (DEPLOY / "compose/grafana/provisioning").rglob("*.yaml"):
        expect(yaml.safe_load(file.read_text())["apiVersion"] == 1, f"{file.name}: apiVersion 1 is expected")


def _known_metrics(server, write):
    """The names of all metrics: those of a server, which the list of them must match."""
    file = FOLDER / "metrics.txt"
    if server:
        with server.running(ROOT / "Examples/store/workflow.yaml") as process:
            with urllib.request.urlopen(f"http://127.0.0.1:{process.port}/metrics") as response:
                text = response.read().decode()
        (server.folder / "metrics").write_text(text)
        run("promtool", "check", "metrics", stdin_file=server.folder / "metrics")
        real = "".join(f"{name} {kind}\n" for name, kind in sorted(re.findall(r"^# TYPE (\S+) (\S+)", text, re.M)))
        if write:
            file.write_text(real)
        expect(file.read_text() == real, "metrics.txt is not what the server has: Scripts/check-deploy --write-metrics")
    names = set()
    for line in file.read_text().splitlines():
        name, kind = line.split()
        suffixes = ["_bucket", "_sum", "_count"] if kind == "histogram" else [""]
        names |= {name + suffix for suffix in suffixes}
    return names | BUILT_IN


def _prometheus(folder):
    text = (DEPLOY / "compose/prometheus/prometheus.yml").read_text()
    (folder / "prometheus.yml").write_text(text)
    (folder / "alerts.yml").write_text((FOLDER / "alerts.yml").read_text())
    run("promtool", "check", "config", folder / "prometheus.yml")
    targets = yaml.safe_load(text)["scrape_configs"][0]["static_configs"][0]["targets"]
    expect(targets == [f"{node}:8080" for node in compose.nodes()], "prometheus.yml does not read all nodes")


def _alerts(known):
    run("promtool", "check", "rules", FOLDER / "alerts.yml")
    run("promtool", "test", "rules", FOLDER / "alerts.test.yml")
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
    tests = yaml.safe_load((FOLDER / "alerts.test.yml").read_text())["tests"]
    raised = {case["alertname"] for test in tests for case in test["alert_rule_test"] if case["exp_alerts"]}
    for rule in rules:
        _knows(rule["expr"], known, f"alerts.yml: {rule['alert']}")
        expect(rule["alert"] in raised, f"alerts.test.yml: no test raises {rule['alert']}")


def _dashboard(folder, known):
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    identifiers = [panel["id"] for panel in dashboard["panels"]]
    expect(len(set(identifiers)) == len(identifiers), "dashboard.json: two panels have the same id")
    queries = [(panel["title"], target["expr"]) for panel in panels for target in panel["targets"]]
    queries += [(note["name"], note["expr"]) for note in dashboard["annotations"]["list"]]
    rules = []
    for title, query in queries:
        query = query.replace("$__rate_interval", "5m").replace("$job", ".*").replace("$instance", ".*")
        _knows(query, known, f"dashboard.json: {title}")
        rules.append({"record": "dashboard:query", "labels": {"number": str(len(rules))}, "expr": query})
    # promtool has no check for a query alone.
    (folder / "dashboard.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    run("promtool", "check", "rules", "--lint=none", folder / "dashboard.yml")
    variables = [v["query"]["query"] for v in dashboard["templating"]["list"] if v["type"] == "query"]
    for query in variables:
        expect(re.match(r"label_values\((\w+)", query)[1] in known, f"dashboard.json: {query}: no such metric")


def _knows(query, known, where):
    unknown = metrics_of(query) - known
    expect(not unknown, f"{where}: there is no metric {', '.join(sorted(unknown))}")


def metrics_of(query):
    """The names of the metrics in a query."""
    query = re.sub(r'"(?:[^"\\]|\\.)*"', "", query)
    query = re.sub(r"\{[^}]*\}|\[[^]]*\]", " ", query)
    query = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", query)
    query = re.sub(r"\b\d+(\.\d+)?(ms|[smhdwy])?\b", " ", query)
    names = re.findall(r"[a-zA-Z_:][\w:]*(?!\s*\()\b(?!\s*\()", query)
    return {name for name in names if name not in WORDS}
