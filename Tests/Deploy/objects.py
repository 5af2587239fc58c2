"""Rules for objects of Kubernetes, wherever they come from."""

import sys
from pathlib import Path

import yaml

from support import documents, expect, run

VERSIONS = ("1.28", "1.32", "1.37")
# The paths that health.checker serves and that say what a probe asks.
READY, ALIVE = "/readyz", "/livez"


def check(text, folder, what):
    """Checks a text with all objects of an application."""
    file = folder / f"{what}.yaml"
    file.write_text(text)
    for version in VERSIONS:
        run(Path(sys.executable).parent / "kubernetes-validate", "--strict", "--no-warn", "-k", version, file)
    objects = documents(text)
    kinds = {}
    for thing in objects:
        kinds.setdefault(thing["kind"], []).append(thing)
    expect("Secret" not in kinds, f"{what}: a Secret is written down")
    deployment = kinds["Deployment"][0]
    template = deployment["spec"]["template"]
    pods = [template, *kinds.get("Pod", [])]
    for pod in pods:
        _is_hardened(pod, what)
    _deployment(deployment, what)
    labels = template["metadata"]["labels"]
    _selectors(kinds, deployment, labels, what)
    _references(kinds, template["spec"], what)
    return kinds


def _is_hardened(pod, what):
    spec = pod["spec"]
    expect(spec["securityContext"]["runAsNonRoot"] is True, f"{what}: a pod may run as root")
    expect(spec["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", f"{what}: no seccomp profile")
    expect(spec["automountServiceAccountToken"] is False, f"{what}: a pod gets a token of the cluster")
    expect(spec["enableServiceLinks"] is False, f"{what}: Services become variables of a pod")
    for container in spec["containers"] + spec.get("initContainers", []):
        context = container["securityContext"]
        expect(context["readOnlyRootFilesystem"] is True, f"{what}: a container can write to its file system")
        expect(context["allowPrivilegeEscalation"] is False, f"{what}: a container may gain privileges")
        expect(context["capabilities"] == {"drop": ["ALL"]}, f"{what}: a container keeps capabilities")
        expect("memory" in container["resources"]["limits"], f"{what}: a container may take all memory")
        expect(":" in container["image"], f"{what}: the image {container['image']} has no version")


def _deployment(deployment, what):
    spec = deployment["spec"]["template"]["spec"]
    container = spec["containers"][0]
    arguments = container["args"]
    expect(container["readinessProbe"]["httpGet"]["path"] == READY, f"{what}: readiness is asked for elsewhere")
    expect(container["startupProbe"]["httpGet"]["path"] == READY, f"{what}: the start is asked for elsewhere")
    expect(container["livenessProbe"]["httpGet"]["path"] == ALIVE, f"{what}: life is asked for elsewhere")
    management = arguments[arguments.index("--management-address") + 1]
    expect(management == "none" or management.startswith("127.0.0.1:"), f"{what}: management listens on {management}")
    port = {place["containerPort"] for place in container["ports"]}
    expect(management.split(":")[-1] not in map(str, port), f"{what}: management is a port of the pod")
    drain = int(arguments[arguments.index("--drain-seconds") + 1])
    sleep = int(container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ["sleep", "0"])[1])
    grace = spec["terminationGracePeriodSeconds"]
    expect(grace > sleep + drain, f"{what}: pods are killed after {grace} s, while they may still work")
    topologies = {rule["topologyKey"] for rule in spec["topologySpreadConstraints"]}
    expect("kubernetes.io/hostname" in topologies, f"{what}: all pods may be on one machine")


def _selectors(kinds, deployment, labels, what):
    def selects(selector):
        return selector.items() <= labels.items()
    expect(selects(deployment["spec"]["selector"]["matchLabels"]), f"{what}: the Deployment selects other pods")
    name = deployment["metadata"]["name"]
    services = {thing["metadata"]["name"]: thing for thing in kinds["Service"]}
    for service in services.values():
        closed = service["metadata"]["name"].endswith("-closed")
        expect(selects(service["spec"]["selector"]) != closed, f"{what}: {service['metadata']['name']} selects wrongly")
        expect([port["targetPort"] for port in service["spec"]["ports"]] == ["http"], f"{what}: another port is public")
    for budget in kinds.get("PodDisruptionBudget", []):
        expect(selects(budget["spec"]["selector"]["matchLabels"]), f"{what}: the disruption budget is for other pods")
    for policy in kinds.get("NetworkPolicy", []):
        expect(selects(policy["spec"]["podSelector"]["matchLabels"]), f"{what}: the network policy is for other pods")
    for scaler in kinds.get("HorizontalPodAutoscaler", []):
        expect(scaler["spec"]["scaleTargetRef"]["name"] == name, f"{what}: the autoscaler scales something else")
        expect("replicas" not in deployment["spec"], f"{what}: both Deployment and autoscaler say how many pods")
    for monitor in kinds.get("ServiceMonitor", []):
        wanted = monitor["spec"]["selector"]["matchLabels"]
        found = [n for n, s in services.items() if wanted.items() <= s["metadata"].get("labels", {}).items()]
        expect(found == [name], f"{what}: Prometheus is led to {found}")
    for ingress in kinds.get("Ingress", []):
        for rule in ingress["spec"]["rules"]:
            paths = {place["path"]: place["backend"]["service"]["name"] for place in rule["http"]["paths"]}
            expect(set(paths.values()) <= set(services), f"{what}: the Ingress leads to a Service that is not there")
            expect(paths["/metrics"] == f"{name}-closed" and paths["/"] == name, f"{what}: the metrics are public")


def _references(kinds, spec, what):
    maps = {thing["metadata"]["name"]: thing["data"] for thing in kinds.get("ConfigMap", [])}
    mounts = {mount["name"] for container in spec["containers"] for mount in container["volumeMounts"]}
    expect(mounts == {volume["name"] for volume in spec["volumes"]}, f"{what}: volumes and mounts differ")
    for volume in spec["volumes"]:
        source = volume.get("configMap")
        if source and source["name"] in maps:
            for item in source.get("items", []):
                expect(item["key"] in maps[source["name"]], f"{what}: the ConfigMap has no {item['key']}")


def application(kinds):
    """The files of the application as they are in /app, by their paths."""
    volumes = kinds["Deployment"][0]["spec"]["template"]["spec"]["volumes"]
    volume = next(volume for volume in volumes if volume["name"] == "application")
    data = next(c["data"] for c in kinds["ConfigMap"] if c["metadata"]["name"] == volume["configMap"]["name"])
    items = volume["configMap"].get("items") or [{"key": key, "path": key} for key in data]
    return {item["path"]: data[item["key"]] for item in items}


def dump(objects):
    """Objects as a YAML text."""
    return yaml.safe_dump_all(objects)
