"""Schemathesis against the document that the server serves."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

from server import Failure, Server
from world import PASSWORD, World, configuration

HERE = Path(__file__).resolve().parent
# What needs something that only an e-mail or a second device says.
UNREACHABLE = {
    "setUp", "resetPassword", "verifyEmail", "sendVerification", "confirmSecondFactor", "removeSecondFactor",
    "acceptInvitation"}
# What may be answered to a request that fits the document: it is about something else than its form.
ACCEPTED = ["2xx", "304", "401", "403", "404", "405", "409", "412", "422"]
# A tag that does not fit is told before a body that is not as it must be.
REJECTED = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422"]
PLACES = ("companies", "organizations", "projects", "workflows")


def toml(value):
    """A value as TOML has it, which is as JSON has it as far as it goes here."""
    return json.dumps(value)


def cursor(key):
    """A cursor behind a key."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def binding(parameter, dictionary, probability):
    """That a parameter is taken from a dictionary."""
    return f'"{parameter}" = {{ dictionary = "{dictionary}", probability = {probability} }}'


def settings(world, peers):
    """The configuration of Schemathesis: identifiers of what there is, for most requests."""
    lines = [
        "[auth.wfc]", f"path = {toml(str(peers))}", 'user = "owner"', 'peers = ["owner", "stranger"]',
        "[generation]", "allow-x00 = false",
        "[checks.positive_data_acceptance]", f"expected-statuses = {toml(ACCEPTED)}",
        "[checks.negative_data_rejection]", f"expected-statuses = {toml(REJECTED)}",
        # A TRACE with a body is 400, whatever its path, since none may have one.
        "[phases.coverage]", 'unexpected-methods = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"]']
    dictionaries = {
        **world.ids, "v": [1, 2], "secret": ["TOKEN"],
        "yaml": [configuration("fuzzed"), configuration("other")], "users": world.ids["accountId"],
        "passwords": [PASSWORD], "tags": ["*", '"r1"'], "cursors": [cursor("~"), cursor("5"), cursor("TOKEN")]}
    for name, values in dictionaries.items():
        lines += [f"[dictionaries.{name}]", f"values = {toml(values)}"]
    everywhere = {
        "query.cursor": ("cursors", 1.0), "header.If-Match": ("tags", 0.9), "body.password": ("passwords", 0.7),
        "body.current_password": ("passwords", 0.9)}
    lines += ["[parameters]", *(binding(name, *bound) for name, bound in everywhere.items())]
    for place in PLACES:
        pattern = rf"^/api/v1/{place}/\{{id\}}"
        lines += ["[[operations]]", f"include-path-regex = {toml(pattern)}"]
        lines += ["[operations.parameters]"]
        bindings = {"path.id": place, "path.v": "v", "path.name": "secret"}
        bindings |= {f"path.{name}": name for name in ("userId", "keyId", "invitationId", "accountId")}
        bindings |= {"body.config_yaml": "yaml", "body.user_id": "users", "body.version": "v", "query.from": "v"}
        for parameter, dictionary in bindings.items():
            lines.append(binding(parameter, dictionary, 0.8))
    return "\n".join(lines) + "\n"


def run(server, folder, who, seed, *, examples, seconds, phases):
    """Runs it as somebody, and says what was reached.

    - who: `owner` or `viewer`.
    - seconds: How long it takes at most.
    """
    folder.mkdir(parents=True)
    world = World(server, "Acme", setup=True)
    stranger = World(server, "Beta", setup=False)
    token = {"owner": world.owner.token, "viewer": world.viewer.token}[who]
    entries = [("owner", token), ("stranger", stranger.owner.token)]
    (folder / "peers.json").write_text(json.dumps({"auth": [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
        for name, token in entries]}))
    (folder / "schemathesis.toml").write_text(settings(world, folder / "peers.json"))
    (folder / "world.json").write_text(json.dumps({
        "api": server.api, "owner": world.owner.email, "owner_token": world.owner.token, "place": world.place,
        "ids": world.ids, "token": token, "output": str(server.output)}))
    command = [
        Path(sys.executable).parent / "st", "--config-file", folder / "schemathesis.toml", "run",
        f"{server.api}/openapi.json", "--origin", server.address, "--checks", "all", "--phases", phases,
        "--max-examples", str(examples), "--seed", str(seed), "--continue-on-failure", "--no-color",
        "--generation-database", "none", "--request-timeout", "30", "--max-failures", "100",
        "--report", "ndjson", "--report-ndjson-path", folder / "events.ndjson"]
    if seconds:
        command += ["--max-time", str(seconds)]
    environment = {
        **os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE),
        "PLATFORM_WORLD": str(folder / "world.json"), "PLATFORM_REACHED": str(folder / "reached.json")}
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    (folder / "output").write_text(done.stdout)
    server.check()
    reached = json.loads((folder / "reached.json").read_text())
    return done.returncode, done.stdout, reached


def unreached(reached):
    """The operations that never did what they are for."""
    names = {key.split()[0] for key in reached}
    good = {key.split()[0] for key in reached if key.split()[1].startswith("2")}
    return sorted(names - good - UNREACHABLE)


def check(binary, folder, who, seed, **options):
    """Fails when anything was found."""
    with Server(binary, folder / "server") as server:
        code, output, reached = run(server, folder / "fuzz", who, seed, **options)
    count = sum(reached.values())
    if code:
        raise Failure(f"as {who}, seed {seed}: Schemathesis has found something\n{output[-20000:]}")
    if who == "owner" and (names := unreached(reached)):
        raise Failure(f"as {who}, seed {seed}: never answered with success: {', '.join(names)}")
    return count
