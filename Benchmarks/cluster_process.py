"""Server processes of a cluster: they listen on 127.0.0.1 and are ended by their process identifiers."""

import contextlib
import glob
import http.client
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time

from benchmark import free_port


class Failure(Exception):
    """A server that cannot be started, in words for people."""


def program(name, package):
    """The path of a program."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: -int(path.split("/")[-2]))
    path = shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin"]))
    if path is None:
        raise Failure(f"{name} is missing: install the package {package}, or run Scripts/bootstrap --services")
    return path


class Service:
    """A server process with a folder of its own."""

    name = ""
    stop_signal = signal.SIGTERM
    patience = 30
    # Whether the server refuses to run as root, or should not.
    is_unprivileged = False

    def __init__(self, folder, port=None):
        self.folder = os.path.join(folder, self.name)
        self.port = port or free_port()
        self.process = None
        self.is_asked = False
        os.makedirs(self.folder, exist_ok=True)
        self.log_path = os.path.join(folder, f"{self.name}.log")

    def command(self):
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    def is_ready(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def user(self):
        """Who it runs as, for subprocess."""
        if not self.is_unprivileged or os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def spawn(self):
        """Starts it without waiting."""
        self.is_asked = False
        with open(self.log_path, "ab") as log:
            # In a session of its own, since what ends it is not the terminal but `stop`, in the right order.
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment(),
                start_new_session=True, cwd=self.folder, **self.user)

    def wait_until_ready(self, patience=None):
        deadline = time.monotonic() + (patience or self.patience)
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.is_ready():
                    return self
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"{self.name} did not start; {self.log_path} ends with:\n{self.log()[-2000:]}")
            time.sleep(0.02)

    def start(self):
        self.spawn()
        return self.wait_until_ready()

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def send(self, number):
        if self.is_running:
            self.process.send_signal(number)

    def ask_to_stop(self, number=None):
        """Asks it to end; once, since servers take a second time as a wish to end at once."""
        if not self.is_asked:
            self.is_asked = True
            self.send(signal.SIGCONT)
            self.send(number or self.stop_signal)

    def stop(self, number=None, patience=20):
        """Ends it: first by asking. Returns whether it went in time."""
        if not self.is_running:
            return True
        self.ask_to_stop(number)
        try:
            self.process.wait(patience)
            return True
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
