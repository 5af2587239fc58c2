"""nginx with the configuration of deploy/compose: its syntax, and what it does in front of three nodes."""

import shutil
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path

import compose
import echo
import traffic
from server import status
from support import DEPLOY, expect, free_port, run, wait_until

APPLICATION = Path(__file__).parent / "proxy.yaml"


def check(folder, server):
    ports = {node: free_port() for node in compose.nodes()}
    front = free_port()
    file = _adapted(folder / "nginx", front, ports)
    run("nginx", "-t", "-q", "-c", file)
    if server:
        _check_live(server, file, front, list(ports.values()))


def _adapted(folder, front, ports):
    """The configuration with ports of loopback, and files in a folder, in place of those of the containers."""
    text = (DEPLOY / "compose/nginx/nginx.conf").read_text()
    groups = text.count("\n    upstream ")
    for node, port in ports.items():
        expect(text.count(f"server {node}:8080 ") == groups, f"nginx.conf does not lead to {node}")
        text = text.replace(f"server {node}:8080 ", f"server 127.0.0.1:{port} ")
    expect("server node-" not in text, "nginx.conf leads to a node that compose.yaml does not have")
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{front};")
    text = text.replace("listen 127.0.0.1:8090;", f"listen 127.0.0.1:{free_port()};")
    text = text.replace("/tmp/", f"{folder}/").replace("/dev/stdout", f"{folder}/access.log")
    expect("non_idempotent;" not in text, "nginx.conf sends POST twice")
    folder.mkdir(mode=0o755)
    # nginx gives its files to nobody when root starts it.
    folder.parent.chmod(0o711)
    shutil.copy("/etc/nginx/mime.types", folder)
    (folder / "nginx.conf").write_text(text)
    return folder / "nginx.conf"


@contextmanager
def _nginx(file, front):
    log = file.parent / "error.log"
    with log.open("w") as output:
        process = subprocess.Popen(["nginx", "-c", file, "-g", "daemon off;"], stdin=subprocess.DEVNULL, stderr=output)
    try:
        wait_until(lambda: status(f"http://127.0.0.1:{front}/metrics") == 404 or process.poll() is not None, "nginx")
        expect(process.poll() is None, f"nginx ended:\n{log.read_text()}")
        yield
    finally:
        process.terminate()
        process.wait(30)


def _check_live(server, file, front, ports):
    backend = echo.start()
    variables = {"ECHO_PORT": str(backend.server_port)}
    url = f"http://127.0.0.1:{front}"
    with ExitStack() as stack:
        nodes = [stack.enter_context(server.running(APPLICATION, port, OVERLOADED_STATUS=code, **variables))
                 for port, code in zip(ports, ("200", "200", "503"))]
        stack.enter_context(_nginx(file, front))
        expect(status(f"{url}/healthz") == 404, "nginx shows /healthz")
        expect(status(f"{url}/readyz") == 200, "nginx hides /readyz")
        traffic.check_forwarded_address(front)
        traffic.check_tunnel(front)
        traffic.check_event_stream(front, ports)
        traffic.check_next_node(front, file.parent / "access.log")
        with traffic.Load(front) as load:
            load.wait_for(200)
            nodes[0].terminate()
            expect(nodes[0].wait(30) == 0, "a node does not stop properly")
            load.wait_for(400)
            with server.running(APPLICATION, ports[0], **variables):
                load.wait_for(400)
        expect(not load.failures, f"requests failed while a node stopped and started: {load.failures[:3]}")
        print(f"  {load.count} requests, none failed, while a node stopped and came back")
    backend.shutdown()
