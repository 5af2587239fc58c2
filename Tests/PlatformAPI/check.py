"""Attacks a platform of its own. Scripts/check-api runs this with everything it needs.

The first failure ends it, with what was found and how to see it again.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import attacks
import fuzz
from server import Failure

# For each: examples of an operation, and seconds; None for as long as it takes, so that it is always the same.
# The coverage of every boundary is thousands of requests, which the long run makes.
SHORT = {"owner": (6, None, "fuzzing"), "viewer": (3, None, "fuzzing")}
LONG = {"owner": (200, 900, "coverage,fuzzing,stateful"), "viewer": (100, 300, "coverage,fuzzing,stateful")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", type=Path, required=True, help="wfserver")
    parser.add_argument("--seed", type=int, default=1, help="what the requests follow from; 1 unless it is given")
    parser.add_argument("--long", action="store_true", help="two seeds and many more requests")
    parser.add_argument("--attacks", action="store_true", help="only bytes that no client sends, not Schemathesis")
    options = parser.parse_args()
    binary = options.binary.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        step("attacks", lambda: attacks.check(binary, folder / "attacks"))
        if options.attacks:
            return
        for seed in (options.seed, options.seed + 1) if options.long else (options.seed,):
            for who, (examples, seconds, phases) in (LONG if options.long else SHORT).items():
                step(f"requests of the {who}, seed {seed}", lambda: fuzz.check(
                    binary, folder / f"{who}-{seed}", who, seed, examples=examples, seconds=seconds, phases=phases))


def step(name, run):
    """Does something, and says how long it took."""
    began = time.monotonic()
    count = run()
    print(f"check-api: {name}: {count} requests, {time.monotonic() - began:.0f} s", flush=True)


try:
    main()
except Failure as failure:
    sys.exit(f"check-api: {failure}")
