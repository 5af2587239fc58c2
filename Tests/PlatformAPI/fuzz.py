"""Schemathesis against the document that the server serves."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import settings
from providers import Providers
from server import Failure, Server
from things import furnish
from world import World

HERE = Path(__file__).resolve().parent
# What needs something that only an e-mail or a second device says.
UNREACHABLE = {
    "setUp", "resetPassword", "verifyEmail", "sendVerification", "confirmSecondFactor", "removeSecondFactor",
    "acceptInvitation", "showInvitation"}
# Streams never end, so each of their requests would wait.
STREAMS = ("streamEvents", "streamLogs")


def run(server, providers, folder, who, seed, *, examples, seconds, phases):
    """Runs it as somebody, and says what was reached.

    - who: `owner` or `viewer`.
    - seconds: How long it takes at most.
    """
    folder.mkdir(parents=True)
    world = World(server, "Acme", setup=True)
    world.things.address, world.things.database = providers.address, server.database
    ids = {**world.ids, **furnish(world.things)}
    stranger = World(server, "Beta", setup=False)
    token = {"owner": world.owner.token, "viewer": world.viewer.token}[who]
    entries = [("owner", token), ("stranger", stranger.owner.token)]
    (folder / "peers.json").write_text(json.dumps({"auth": [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
        for name, token in entries]}))
    (folder / "schemathesis.toml").write_text(
        settings.text(ids, world.place, folder / "peers.json", examples))
    (folder / "world.json").write_text(json.dumps({
        "api": server.api, "owner_token": world.owner.token, "editor_token": world.editor.token,
        "viewer": world.viewer.email, "place": world.place, "ids": ids, "token": token, "output": str(server.output),
        "address": providers.address, "database": str(server.database)}))
    command = [
        Path(sys.executable).parent / "st", "--config-file", folder / "schemathesis.toml", "run",
        f"{server.api}/openapi.json", "--origin", server.address, "--checks", "all", "--phases", phases,
        "--max-examples", str(examples), "--seed", str(seed), "--continue-on-failure", "--no-color",
        "--generation-database", "none", "--request-timeout", "30", "--max-failures", "100",
        "--report", "ndjson", "--report-ndjson-path", folder / "events.ndjson"]
    for name in STREAMS:
        command += ["--exclude-operation-id", name]
    if seconds:
        command += ["--max-time", str(seconds)]
    code, output, reached = perform(command, folder)
    if who == "owner" and not code and (names := unreached(reached)):
        # Chance has not led there; so more requests do, which are others.
        more = [part for name in names for part in ("--include-operation-id", name)]
        code, output, others = perform([*command, *more, "--max-examples", "40", "--seed", str(seed + 1000)], folder)
        reached += others
    server.check()
    return code, output, reached


def perform(command, folder):
    """Runs Schemathesis, and says what was reached."""
    environment = {
        **os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE),
        "PLATFORM_WORLD": str(folder / "world.json"), "PLATFORM_REACHED": str(folder / "reached.json")}
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    (folder / "output").write_text(done.stdout)
    return done.returncode, done.stdout, Counter(json.loads((folder / "reached.json").read_text()))


def unreached(reached):
    """The operations that never did what they are for."""
    names = {key.split()[0] for key in reached}
    good = {key.split()[0] for key in reached if key.split()[1].startswith("2") or key.split()[1] == "302"}
    return sorted(names - good - UNREACHABLE)


def check(binary, folder, who, seed, **options):
    """Fails when anything was found."""
    folder.mkdir(parents=True)
    with Providers() as providers, Server(binary, folder / "server", *providers.options(folder)) as server:
        code, output, reached = run(server, providers, folder / "fuzz", who, seed, **options)
    count = sum(reached.values())
    if code:
        raise Failure(f"as {who}, seed {seed}: Schemathesis has found something\n{output[-20000:]}")
    if who == "owner" and (names := unreached(reached)):
        raise Failure(f"as {who}, seed {seed}: never answered with success: {', '.join(names)}")
    return count
