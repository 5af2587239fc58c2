"""deploy/kubernetes: what kustomize makes of it."""

import shutil

import objects
from support import DEPLOY, expect, run

FOLDER = DEPLOY / "kubernetes"


def check(folder, server):
    if not shutil.which("kubectl"):
        print("  not checked: kubectl, 1.27 or newer, is not on this machine")
        return
    base = objects.check(run("kubectl", "kustomize", FOLDER / "base"), folder, "base")
    container = base["Deployment"][0]["spec"]["template"]["spec"]["containers"][0]
    expect("--watch" in container["args"], "base: changes of the ConfigMap are not seen")
    names = [thing["metadata"]["name"] for thing in base["ConfigMap"]]
    expect(names == ["workflow-application"], f"base: the ConfigMap is called {names}; another name restarts all nodes")
    store = objects.check(run("kubectl", "kustomize", FOLDER / "overlays/store"), folder, "store")
    expect("ConfigMap" not in store, "store: there is a ConfigMap that nobody reads")
    expect("ServiceMonitor" in store, "store: Prometheus is not told of the nodes")
    if server:
        server.validate(FOLDER / "base/application/workflow.yaml")
