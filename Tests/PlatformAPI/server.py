"""A platform of its own for a check: started in a folder, and ended by its process id."""

import re
import subprocess
import time

START = 60
LISTENS = re.compile(r"The platform listens on (http://127\.0\.0\.1:\d+)")
WORKFLOWS = re.compile(r"Deployed workflows are under (http://127\.0\.0\.1:\d+)/w/")
TOKEN = re.compile(r"the token for POST /api/v1/setup: (\S+)")


class Failure(Exception):
    """Something is not as it must be."""


def token_for(output, email):
    """The token in the newest e-mail to somebody that a server has shown."""
    end = time.monotonic() + START
    while time.monotonic() < end:
        _, found, text = output.read_text(encoding="utf-8").rpartition(f"E-mail to {email}:")
        if found and (token := re.search(r"token=(\S+)", text)):
            return token[1]
        time.sleep(0.02)
    raise Failure(f"no e-mail with a token has come to {email}")


class Server:
    """`wfserver platform`, with limits of requests that no check reaches.

    Limits that count by address are not lifted: a check that has to pass them says with X-Forwarded-For, which this
    server believes from this machine, that it comes from elsewhere.
    """

    def __init__(self, binary, folder, *options):
        folder.mkdir(parents=True, exist_ok=True)
        self.output = folder / "output"
        self.log = folder / "log"
        self.state = folder / "state"
        command = [
            str(binary), "platform", "--state", str(self.state), "--address", "127.0.0.1:0",
            "--workflows-address", "127.0.0.1:0", "--public-url", "http://platform.example",
            "--requests-per-minute", "100000000", "--trusted-proxy", "127.0.0.1", "--registration", "open", *options]
        with self.output.open("wb") as output, self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=output, stderr=log, stdin=subprocess.DEVNULL)
        try:
            self.address = self.wait(LISTENS)
            self.workflows = self.wait(WORKFLOWS)
        except Failure:
            self.stop()
            raise

    @property
    def api(self):
        """Where the API is."""
        return f"{self.address}/api/v1"

    @property
    def database(self):
        """The file with its tables."""
        return self.state / "platform.sqlite"

    @property
    def port(self):
        """The port of the API."""
        return int(self.address.rpartition(":")[2])

    def setup_token(self):
        """What the first user has to show."""
        return self.wait(TOKEN)

    def token_for(self, email):
        """The token in the newest e-mail to somebody."""
        return token_for(self.output, email)

    def wait(self, pattern):
        """What a pattern finds in the output, once it is there."""
        end = time.monotonic() + START
        while time.monotonic() < end:
            if found := pattern.search(self.output.read_text(encoding="utf-8")):
                return found[1]
            self.check()
            time.sleep(0.02)
        raise Failure(f"the server did not show {pattern.pattern!r} within {START} s")

    def check(self):
        """Makes sure that it runs."""
        if self.process.poll() is not None:
            raise Failure(f"the server has ended with {self.process.returncode}:\n{self.log.read_text()[-4000:]}")

    def stop(self):
        """Ends it, and says how it ended."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
