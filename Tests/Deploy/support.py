"""What the checks share."""

import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


class Failure(Exception):
    """Something that is wrong with what is checked."""


def expect(condition, message):
    """Fails with the message unless the condition holds."""
    if not condition:
        raise Failure(message)


def run(*command, stdin_file="/dev/null", **options):
    """Runs a command, and returns what it prints; fails with that when the command does."""
    with open(stdin_file, encoding="utf-8") as stdin:
        result = subprocess.run(
            [str(part) for part in command], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            **options)
    name = " ".join(Path(str(part)).name for part in command[:3])
    expect(result.returncode == 0, f"{name} failed with {result.returncode}:\n{result.stdout.strip()}")
    return result.stdout


def documents(text):
    """The documents of a YAML text that are not empty."""
    return [document for document in yaml.safe_load_all(text) if document]


def free_port():
    """A port of loopback that nobody uses, below those that the system gives to clients."""
    while True:
        port = SystemRandom().randrange(20000, 32000)
        with socket.socket() as candidate:
            try:
                candidate.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def wait_until(condition, what, seconds=30):
    """Waits for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < end, f"{what}: not within {seconds} s")
        time.sleep(0.05)


@contextmanager
def step(name):
    """Prints how long a part of the checks took."""
    began = time.monotonic()
    print(f"{name} …", flush=True)
    yield
    print(f"{name}: good, {time.monotonic() - began:.1f} s", flush=True)
