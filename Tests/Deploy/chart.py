"""deploy/helm: the chart with several values, and what its schema refuses."""

import json

import helm_python
import yaml

import objects
from support import DEPLOY, Failure, documents, expect

FOLDER = DEPLOY / "helm/workflow"
IMAGE = {"application": {"inImage": True}}
# Values that are wrong, and what the answer has to name.
WRONG = [
    ({}, "where the application comes from"),
    (IMAGE | {"replicas": 3}, "replicas"),
    (IMAGE | {"replicaCount": "three"}, "replicaCount"),
    (IMAGE | {"containerPort": 80}, "containerPort"),
    (IMAGE | {"log": {"level": "loud"}}, "level"),
    (IMAGE | {"image": {"repository": "With Spaces"}}, "repository"),
    (IMAGE | {"environment": {"RATE": 5}}, "RATE"),
    (IMAGE | {"environmentFrom": [{"secret": "workflow"}]}, "environmentFrom"),
    (IMAGE | {"resources": {"limit": {}}}, "limit"),
    (IMAGE | {"stop": {"drainSeconds": -1}}, "drainSeconds"),
    (IMAGE | {"management": {"address": "0.0.0.0:8081"}}, "address"),
    (IMAGE | {"ingress": {"enabled": True}}, "ingress.hosts"),
    (IMAGE | {"ingress": {"hosts": ["https://example.com"]}}, "hosts"),
    (IMAGE | {"autoscaling": {"minReplicas": 5, "maxReplicas": 2}}, "maxReplicas"),
    ({"application": {"inImage": True, "existingConfigMap": "a"}}, "where the application comes from"),
    ({"application": {"files": {"other.yaml": ""}}}, "workflow.yaml"),
    ({"application": {"files": {"../workflow.yaml": ""}}}, "../workflow.yaml"),
    ({"application": {"existingConfigMap": "a", "reload": "restart"}}, "restart"),
    ({"application": {"inImage": True, "reload": "sometimes"}}, "reload"),
]


def check(folder, server):
    _schema_covers_values()
    chart = helm_python.Chart.load(str(FOLDER))
    for file in sorted((FOLDER / "ci").glob("*-values.yaml")):
        name = file.name.removesuffix("-values.yaml")
        kinds = _check_values(chart, yaml.safe_load(file.read_text()), folder, name)
        if server and "ConfigMap" in kinds:
            _starts_as_configured(server, kinds, folder / name)
    for values, part in WRONG:
        _is_refused(chart, values, part)
    _changes_restart_when_asked(chart)


def _schema_covers_values():
    """The schema knows each value, refuses all others, and says what every part of an object may be."""
    schema = json.loads((FOLDER / "values.schema.json").read_text())
    values = yaml.safe_load((FOLDER / "values.yaml").read_text())

    def compare(schema, values, path):
        if "properties" not in schema:
            return
        expect(schema.get("additionalProperties") is False, f"values.schema.json: {path} takes anything")
        known = set(schema["properties"]) - {"global"}
        if isinstance(values, dict) and values:
            missing = set(values) ^ known
            expect(not missing or path in ("/resources",), f"values.yaml and its schema differ at {path}: {missing}")
            for key, value in values.items():
                compare(schema["properties"][key], value, f"{path}/{key}")
    compare(schema, values, "")


def _render(chart, values):
    rendered = chart.render(values, name="shop", namespace="store")
    return {path.split("templates/")[1]: text for path, text in rendered.items()}


def _check_values(chart, values, folder, name):
    report = helm_python.lint(str(FOLDER), values, strict=True)
    problems = [message["error"] for message in report["messages"] if message["severity"] > 1] + report["errors"]
    expect(not problems, f"{name}-values.yaml: {problems}")
    files = _render(chart, values)
    expect("port-forward" in files["NOTES.txt"] or not values.get("management", {}).get("enabled", True),
           f"{name}: the notes do not say how to reach the management API")
    things = [thing for path, text in files.items() if path.endswith(".yaml") for thing in documents(text)]
    names = [(thing["kind"], thing["metadata"]["name"]) for thing in things]
    expect(len(set(names)) == len(names), f"{name}: two objects have the same name: {names}")
    return objects.check(objects.dump(things), folder, f"helm-{name}")


def _starts_as_configured(server, kinds, folder):
    for path, text in objects.application(kinds).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    arguments = kinds["Deployment"][0]["spec"]["template"]["spec"]["containers"][0]["args"]
    server.validate(folder / arguments[1].removeprefix("/app/"))


def _is_refused(chart, values, part):
    try:
        _render(chart, values)
    except helm_python.HelmError as error:
        expect(part in str(error), f"values {values} are refused, but the reason does not name {part}: {error}")
        return
    raise Failure(f"values.schema.json takes {values}")


def _changes_restart_when_asked(chart):
    """With `restart` other files make other pods; with `live` they do not, and are looked at."""
    def template(reload, text):
        values = {"application": {"files": {"workflow.yaml": text}, "reload": reload}}
        return documents(_render(chart, values)["deployment.yaml"])[0]["spec"]["template"]
    expect(template("restart", "a") != template("restart", "b"), "restart: other files do not replace the nodes")
    expect(template("restart", "a") == template("restart", "a"), "restart: the same files replace the nodes")
    expect(template("live", "a") == template("live", "b"), "live: other files replace the nodes")
    for reload, watches in (("live", True), ("restart", False)):
        arguments = template(reload, "a")["spec"]["containers"][0]["args"]
        expect(("--watch" in arguments) == watches, f"{reload}: --watch is {'missing' if watches else 'there'}")
