#!/usr/bin/env python3
"""Looks at what wfctl shows in terminals of 80 and of 200 columns (tmux), and in a pipe.

    Tests/Looks/check.py --binary FOLDER            with the wfctl and wfserver of a folder
    Tests/Looks/check.py --binary FOLDER --show     and prints the screens

No line may be broken by the terminal where it could have been wrapped between words, no word may be torn apart that is
not very long, the cells of a table must begin where the titles do, and nothing is coloured with NO_COLOR or in a pipe.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

WIDTHS = (80, 200)
# Seconds that something may take on a loaded machine.
PATIENCE = 60
ESCAPE = re.compile(r"\x1b\[[0-9;]*m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\(B|\x0f|\x0e")
TITLES = re.compile(r"[A-Z][A-Z ]*?(?:  +[A-Z][A-Z ]*?)+$")
# Commands, and whether their screen has colours where colours are wanted.
PLATFORM = "env -u WFCTL_SERVER -u WFCTL_TOKEN wfctl"
SCREENS = {
    "wfctl": False,
    "wfctl --help": False,
    "wfctl help deploy": False,
    "wfctl help transition": False,
    "wfctl help instances list": False,
    "wfctl help component run": False,
    "wfctl validate wrong.yaml": True,
    "wfctl inspect workflow.yaml": True,
    "wfctl graph workflow.yaml": True,
    "wfctl plan workflow.yaml changed.yaml": True,
    "wfctl diff workflow.yaml changed.yaml": True,
    "wfctl status": True,
    "wfctl instances list": True,
    "wfctl instances show 2 --history": True,
    "wfctl history": True,
    "wfctl help login": False,
    "wfctl help workflows": False,
    "wfctl help executions retry": False,
    f"{PLATFORM} context list": True,
    f"{PLATFORM} companies list": True,
    f"{PLATFORM} projects create Taken --organization nothing": True,
    f"{PLATFORM} workflows list": True,
    f"{PLATFORM} workflows versions orders": True,
    f"{PLATFORM} workflows status orders": True,
    f"{PLATFORM} deploy changed-orders.yaml --dry-run": True,
    f"{PLATFORM} audit list": True,
    f"{PLATFORM} audit verify": True,
    "wfctl dev --management-address 127.0.0.1:0": True,
}
# Defects that are known, to be removed from here when they are: what is wrong with which screen.
KNOWN = set()
# From how many characters on a word may be torn apart.
LONG = 30
# Screens that stay, with what they show last.
STAYING = {"wfctl dev --management-address 127.0.0.1:0": "Ctrl-C stops."}


class Tmux:
    """A tmux server of our own."""

    def __init__(self, folder, environment):
        self.name, self.folder, self.environment = f"looks-{os.getpid()}", folder, environment
        self.settings = folder / "tmux.conf"
        self.settings.write_text(
            "set -g remain-on-exit on\nset -g remain-on-exit-format ''\nset -g status off\n"
            "set -g history-limit 5000\nset -g default-terminal tmux-256color\nset -g destroy-unattached off\n"
            "set -s exit-empty off\n")

    def call(self, *arguments):
        return subprocess.run(
            ["tmux", "-L", self.name, "-f", str(self.settings), *arguments], env=self.environment, text=True,
            capture_output=True, check=True).stdout

    def screen(self, command, width, place, coloured):
        """What a command shows: the lines as it wrote them, and all of it with its colours."""
        colours = [] if coloured else ["-e", "NO_COLOR=1"]
        self.call("new-session", "-d", "-s", "look", "-x", str(width), "-y", "60", "-c", str(place), *colours, command)
        try:
            limit = time.monotonic() + PATIENCE
            while True:
                ended = self.call("display", "-p", "-t", "look", "#{pane_dead}").strip() == "1"
                lines = self.call("capture-pane", "-p", "-J", "-S", "-", "-t", "look").rstrip().split("\n")
                if ended and command not in STAYING or command in STAYING and STAYING[command] in "\n".join(lines):
                    break
                if ended or time.monotonic() > limit:
                    raise SystemExit(f"looks: `{command}` does not come to its end:\n" + "\n".join(lines))
                time.sleep(0.1)
            return lines, self.call("capture-pane", "-p", "-e", "-S", "-", "-t", "look")
        finally:
            if command in STAYING:
                self.call("send-keys", "-t", "look", "C-c")
                self.wait_for_end()
            self.call("kill-session", "-t", "look")

    def wait_for_end(self):
        limit = time.monotonic() + PATIENCE
        while self.call("display", "-p", "-t", "look", "#{pane_dead}").strip() != "1" and time.monotonic() < limit:
            time.sleep(0.1)

    def end(self):
        subprocess.run(["tmux", "-L", self.name, "kill-server"], env=self.environment, capture_output=True)


def broken(lines, width):
    """Lines that the terminal had to break although they could have been wrapped between words."""
    for line in lines:
        line = line.rstrip()
        indent = len(line) - len(line.lstrip())
        longest = max((len(word) for word in line.split()), default=0)
        if len(line) > width and longest + indent <= width:
            yield f"is broken by the terminal: {line}"


def words(lines):
    """The words of a screen; numbers are all the same, since ports and durations vary."""
    return {re.sub(r"\d+", "0", word) for line in lines for word in line.split()}


def torn(narrow, wide):
    """Words of a narrow screen that a wide one does not have, and that are no part of a long word."""
    whole = words(wide)
    found = sorted(word for word in words(narrow) - whole
                   if "…" not in word and not any(len(long) > LONG and word in long for long in whole))
    if found:
        yield f"tears words: {' '.join(found)}"


def crooked(lines):
    """Rows of tables whose cells do not begin where the titles do."""
    columns, titles = [], ""
    for line in lines:
        if not line.strip():
            columns = []
        elif TITLES.match(line.rstrip()):
            columns, titles = [found.start() for found in re.finditer(r"(?<=  )[A-Z]", line)], line
        else:
            for column in columns:
                before, cell = line[column - 2:column], line[column:column + 1]
                if column < len(line) and (before.strip() or (cell == " " and line[column:].split("  ")[0].strip())):
                    yield f"has a row that is not below its titles:\n      {titles}\n      {line}"
                    break


def prepare(folder, binary, environment):
    """Makes a project with a wrong and a changed configuration."""
    subprocess.run([binary / "wfctl", "init", "shop", "--template", "store"], cwd=folder, env=environment, check=True,
                   stdout=subprocess.DEVNULL)
    shop = folder / "shop"
    text = (shop / "workflow.yaml").read_text()
    (shop / "wrong.yaml").write_text(
        text.replace("type: http.router", "type: http.ruter").replace("toState: lost}", "toState: losst}"))
    (shop / "changed.yaml").write_text(
        text.replace("- name: payment\n", "- name: audit\n    type: health.checker\n\n  - name: payment\n")
        .replace("{description: On its way, isFinal: true}",
                 "{description: \"On its way, and nobody can say how long that may take at this time of the year\"}")
        .replace("maxRetries: 3", "maxRetries: 5"))
    return shop


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server with some orders."""

    def __init__(self, folder, shop, binary, environment):
        self.port, self.management = free_port(), free_port()
        place = folder / "server"
        shutil.copytree(shop, place)
        self.log = folder / "server.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [binary / "wfserver", "run", "workflow.yaml", "--management-address", f"127.0.0.1:{self.management}"],
                cwd=place, env=environment | {"PORT": str(self.port)}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.token = place / ".workflow/management-token"
        self.wait(lambda: self.request("/healthz"))
        for order in (
            {"id": "1", "items": {"tea": 1}}, {"id": "2", "items": {"tea": 1}, "card": "expired"},
            {"id": "order-with-a-rather-long-identifier-0001", "items": {"a-product-that-nobody-has-ever-heard-of": 1}},
        ):
            self.request("/orders", order)
        self.wait(lambda: all("paying" not in json.dumps(order["state"]) for order in self.request("/orders")))

    def request(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return json.load(answer)

    def wait(self, condition):
        limit = time.monotonic() + PATIENCE
        while True:
            try:
                if condition():
                    return
            except OSError:
                pass
            if time.monotonic() > limit or self.process.poll() is not None:
                self.end()
                raise SystemExit("looks: the server is not ready:\n" + self.log.read_text())
            time.sleep(0.1)

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Platform:
    """A platform with a deployed workflow, and a context of the name of its address."""

    CONFIGURATION = """name: orders
modules:
  - {name: web, type: http.server, config: {address: "127.0.0.1:0"}}
  - {name: router, type: http.router}
  - {name: hello, type: http.handler, config: {contentType: text/plain}}
workflows:
  http:
    routes: [{method: GET, path: /hello, handler: hello}]
"""

    def __init__(self, folder, shop, binary, environment):
        self.log = folder / "platform.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [binary / "wfserver", "platform", "--state", "platform", "--address", "127.0.0.1:0",
                 "--workflows-address", "127.0.0.1:0"],
                cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        found = self.wait(r"(?s)(http://\S+)\..*(wfs_\S+)")
        self.url, password = found[1], "a long password"
        request = urllib.request.Request(
            f"{self.url}/api/v1/setup", json.dumps({
                "token": found[2], "email": "ada@acme.example", "password": password, "display_name": "Ada",
                "company_name": "Acme"}).encode(), {"content-type": "application/json"})
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).close()
        (shop / "orders.yaml").write_text(self.CONFIGURATION)
        (shop / "changed-orders.yaml").write_text(self.CONFIGURATION.replace("text/plain", "text/html"))
        for command in (
            f"login {self.url} --email ada@acme.example", "organizations create Main", "projects create Shop",
            "projects use shop", "workflows create Orders --file orders.yaml", "deploy orders.yaml --yes",
        ):
            subprocess.run([binary / "wfctl", *command.split()], cwd=shop, env=environment, check=True, text=True,
                           input=password + "\n", capture_output=True)

    def wait(self, pattern):
        limit = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.log.read_text())):
            if time.monotonic() > limit or self.process.poll() is not None:
                self.end()
                raise SystemExit("looks: the platform is not ready:\n" + self.log.read_text())
            time.sleep(0.1)
        return found

    end = Server.end


def look(tmux, shop, environment, show):
    """What is wrong with the screens."""
    problems, known = [], set()
    for command, has_colours in SCREENS.items():
        screens = {width: tmux.screen(command, width, shop, True) for width in WIDTHS}
        for width, (lines, coloured) in screens.items():
            plain_lines, plain = tmux.screen(command, width, shop, False)
            if show:
                print(f"--- {command}, {width} columns\n" + coloured.rstrip() + "\n")
            found = [*broken(lines, width), *crooked(plain_lines), *torn(lines, screens[WIDTHS[-1]][0])]
            if bool(ESCAPE.search(coloured)) != has_colours:
                found.append("has no colours" if has_colours else "has colours")
            if escape := re.search(r"\x1b.*", plain):
                found.append(f"has colours with NO_COLOR: {escape[0]!r}")
            for each in found:
                defect = (command, each.partition(":")[0])
                if defect in KNOWN:
                    known.add(defect)
                else:
                    problems.append(f"`{command}` at {width} columns {each}")
        if command not in STAYING:
            piped = subprocess.run(
                command, shell=True, cwd=shop, env=environment, capture_output=True, timeout=PATIENCE)
            if b"\x1b" in piped.stdout + piped.stderr:
                problems.append(f"`{command}` has colours in a pipe")
    problems += [f"`{command}` no longer {what}; remove it from KNOWN" for command, what in sorted(KNOWN - known)]
    return problems


def main():
    parser = argparse.ArgumentParser(description="Looks at what wfctl shows in terminals.")
    parser.add_argument("--binary", required=True, type=pathlib.Path, help="the folder with wfctl and wfserver")
    parser.add_argument("--show", action="store_true", help="print the screens")
    options = parser.parse_args()
    if not shutil.which("tmux"):
        sys.exit("looks: tmux is needed; Scripts/bootstrap --services installs it")
    binary, began = options.binary.resolve(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="looks-") as name:
        folder = pathlib.Path(name)
        kept = {key: os.environ[key] for key in ("LD_LIBRARY_PATH", "SWIFT_BACKTRACE") if key in os.environ}
        environment = kept | {
            "PATH": f"{binary}:{os.environ['PATH']}", "HOME": name, "LANG": "C.UTF-8", "SHELL": "/bin/sh",
            "TERM": "xterm-256color", "TMUX_TMPDIR": name, "PORT": "0",
        }
        shop = prepare(folder, binary, environment)
        server = Server(folder, shop, binary, environment)
        platform = Platform(folder, shop, binary, environment)
        environment |= {
            "WFCTL_SERVER": f"http://127.0.0.1:{server.management}", "WFCTL_TOKEN": server.token.read_text().strip(),
        }
        tmux = Tmux(folder, environment)
        try:
            problems = look(tmux, shop, environment, options.show)
        finally:
            tmux.end()
            server.end()
            platform.end()
    if problems:
        sys.exit("\n".join(problems) + f"\n{len(problems)} problems.")
    print(f"{len(SCREENS)} screens look well at {' and '.join(map(str, WIDTHS))} columns"
          f" ({time.monotonic() - began:.0f} s).")


if __name__ == "__main__":
    main()
