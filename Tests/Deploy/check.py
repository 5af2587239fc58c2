"""Checks what is in deploy/ as far as that goes without Docker and without a cluster.

Scripts/check-deploy runs this with everything it needs. The first failure ends it, with a line that says what is wrong.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import chart
import compose
import image
import manifests
import monitoring
import proxy
from server import Server
from support import Failure, step


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, help="wfserver, to check configurations, metrics and the proxy for real")
    parser.add_argument("--write-metrics", action="store_true", help="write deploy/monitoring/metrics.txt anew")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        server = Server(options.binary.resolve(), folder) if options.binary else None
        with step("image"):
            image.check(options.binary)
        with step("compose"):
            compose.check()
        with step("monitoring"):
            monitoring.check(folder, server, options.write_metrics)
        with step("proxy"):
            proxy.check(folder, server)
        with step("kubernetes"):
            manifests.check(folder, server)
        with step("helm"):
            chart.check(folder, server)
    if not server:
        print("check-deploy: without --binary, neither configurations nor the proxy were tried on a server")


try:
    main()
except Failure as failure:
    sys.exit(f"check-deploy: {failure}")
