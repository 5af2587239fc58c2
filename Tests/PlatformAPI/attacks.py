"""What no client sends: bytes, paths, values and times that are meant to do harm, on real connections."""

import json

import attacks_access
import attacks_bytes
import attacks_values
from raw import Target
from server import Failure, Server
from world import World


def check(binary, folder):
    """Fails when one of them has an effect; says how many requests there were."""
    with Server(binary, folder, "--log-format", "json", "--log-level", "debug") as server:
        world, other = World(server, "Acme", setup=True), World(server, "Zulu", setup=False)
        target = Target(server, world, other)
        for attack in (*attacks_bytes.ALL, *attacks_access.ALL, *attacks_values.ALL):
            attack(target)
            server.check()
            status, _, _ = target.send("GET", "/companies")
            target.expect(status == 200, f"{attack.__name__}: the owner is answered with {status} afterwards")
        check_log(server)
        code = server.stop()
    if code:
        raise Failure(f"the server has ended with {code}")
    return target.count


def check_log(server):
    """The log has one JSON object in each line, no secrets, and nothing has failed inside."""
    for line in server.log.read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise Failure(f"a line of the log is no JSON: {line[:300]}") from error
        if record.get("level") in ("error", "critical"):
            raise Failure(f"something has failed inside: {line[:1000]}")
        for secret in ("wfr_", "wfk_", "eyJ", "correct horse"):
            if secret in line:
                raise Failure(f"the log tells a secret: {line[:300]}")
