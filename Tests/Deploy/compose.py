"""deploy/compose: the schema of the Compose specification, and rules of our own."""

import json
import re
from pathlib import Path

import check_jsonschema
import jsonschema
import yaml

from support import DEPLOY, ROOT, Failure, expect

FOLDER = DEPLOY / "compose"
# What may be reached from outside of the host, and what from the host itself.
PUBLIC, LOCAL = {"proxy"}, {"grafana"}


def check():
    text = (FOLDER / "compose.yaml").read_text()
    secrets = _secrets(text)
    model = yaml.safe_load(_interpolated(text, {name: "0123456789abcdef" for name in secrets}))
    _fits_the_schema(model)
    services = model["services"]
    for name, service in services.items():
        _is_hardened(name, service)
        _refers_to_what_exists(name, service, model)
        _is_reachable_as_meant(name, service)
    _nodes_agree(services)


def nodes():
    """The names of the services that run wfserver."""
    services = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]
    return sorted(name for name in services if re.fullmatch(r"node-[a-z]", name))


def _secrets(text):
    """Secrets have no default, must be set, and are listed in .env.example without a value."""
    example = (FOLDER / ".env.example").read_text()
    empty = set(re.findall(r"^([A-Z_]+)=$", example, re.MULTILINE))
    mentioned = empty | set(re.findall(r"^#([A-Z_]+)=", example, re.MULTILINE))
    expect(not re.search(r"^[A-Z_]+=.+$", example, re.MULTILINE), ".env.example has a value for a variable")
    for name, operator in re.findall(r"(?<!\$)\$\{([A-Z_]+)(:?[-?])?", text):
        if name in empty:
            expect(operator == ":?", f"compose.yaml: ${{{name}}} is a secret, and must be asked for with :?")
        else:
            expect(operator == ":-", f"compose.yaml: ${{{name}}} needs a default")
    used = set(re.findall(r"\$\{([A-Z_]+)", text))
    expect(mentioned == used, f".env.example and compose.yaml differ: {sorted(mentioned ^ used)}")
    return empty


def _interpolated(text, values):
    def value(match):
        return values[match[1]] if match[1] in values else match[2]
    text = re.sub(r"(?<!\$)\$\{([A-Z_]+):[-?]([^}]*)\}", value, text)
    return text.replace("$$", "$")


def _fits_the_schema(model):
    folder = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"
    schema = json.loads((folder / "compose-spec.json").read_text())
    try:
        jsonschema.validate(model, schema)
    except jsonschema.ValidationError as error:
        raise Failure(f"compose.yaml: {error.json_path}: {error.message}") from error


def _is_hardened(name, service):
    expect(service.get("read_only") is True, f"compose.yaml: {name} can write to its file system")
    expect(service.get("cap_drop") == ["ALL"], f"compose.yaml: {name} keeps capabilities")
    expect("no-new-privileges:true" in service.get("security_opt", []), f"compose.yaml: {name} may gain privileges")
    expect(":" in service["image"] and not service["image"].endswith(":latest"), f"compose.yaml: {name}: no version")
    if service.get("network_mode") == "none":
        return
    expect("healthcheck" in service, f"compose.yaml: {name} has no health check")
    expect(service.get("restart") == "unless-stopped", f"compose.yaml: {name} does not come back by itself")


def _refers_to_what_exists(name, service, model):
    for other, dependency in service.get("depends_on", {}).items():
        expect(other in model["services"], f"compose.yaml: {name} depends on {other}, which is not there")
        if dependency["condition"] == "service_healthy":
            expect("healthcheck" in model["services"][other], f"compose.yaml: {other} has no health check")
    for network in service.get("networks", []):
        expect(network in model["networks"], f"compose.yaml: {name}: there is no network {network}")
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("."):
            expect((FOLDER / source).exists(), f"compose.yaml: {name}: {source} does not exist")
            expect(volume.endswith(":ro"), f"compose.yaml: {name} can write to {source}")
        else:
            expect(source in model["volumes"], f"compose.yaml: {name}: there is no volume {source}")


def _is_reachable_as_meant(name, service):
    for port in service.get("ports", []):
        expect(name in PUBLIC or name in LOCAL, f"compose.yaml: {name} must not be reachable from outside")
        expect(name in PUBLIC or port.startswith("127.0.0.1:"), f"compose.yaml: {name} is for this machine only")


def _nodes_agree(services):
    application = (ROOT / "Examples/store/workflow.yaml").read_text()
    application += (ROOT / "Examples/store/workflow.cluster.yaml").read_text()
    needed = set(re.findall(r"\$\{([A-Z_]+)\}", application))
    for variable in services["node-a"]["environment"]:
        if f"${{{variable}" not in application and not variable.startswith("WORKFLOW_"):
            print(f"  note: {variable} is set in compose.yaml, but the store does not use it")
    names = nodes()
    expect(len(names) == 3, "compose.yaml: three nodes are expected")
    addresses = set()
    for name in names:
        node = services[name]
        missing = needed - set(node["environment"])
        expect(not missing, f"compose.yaml: {name} lacks {sorted(missing)}, which the configuration needs")
        command = node["command"]
        management = command[command.index("--management-address") + 1]
        expect(management.startswith("127.0.0.1:"), f"compose.yaml: the management API of {name} is not on loopback")
        drain = int(command[command.index("--drain-seconds") + 1])
        grace = int(node["stop_grace_period"].removesuffix("s"))
        expect(grace > drain + 30, f"compose.yaml: {name} is killed after {grace} s, while it may still work")
        addresses.add(node["networks"]["backend"]["ipv4_address"])
    expect(len(addresses) == 3, "compose.yaml: nodes have the same address")
