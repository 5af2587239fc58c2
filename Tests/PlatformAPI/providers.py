"""A server that vouches for people as GitHub does, and for programs as a cluster does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# The token of a program that the cluster takes; whose it is is in IDENTITY.
TOKEN = "a token of a program"
IDENTITY = "sa:tests:program"


class Handler(BaseHTTPRequestHandler):
    """Believes everybody: a code of GitHub is the number of a person."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        number = self.headers.get("Authorization", "").rpartition(" ")[2]
        if not number.isdigit():
            return self.answer(401, {"message": "Bad credentials"})
        if self.path.endswith("/emails"):
            return self.answer(200, [{"email": f"hub-{number}@example.com", "primary": True, "verified": True}])
        return self.answer(200, {"id": int(number), "name": f"Hub {number}"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path.endswith("/tokenreviews"):
            return self.answer(201, {"kind": "TokenReview", "status": review(json.loads(body)["spec"])})
        fields = dict(pair.partition("=")[::2] for pair in body.split("&"))
        return self.answer(200, {"access_token": fields["code"], "token_type": "bearer"})

    def answer(self, status, document):
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Says nothing."""


def review(spec):
    """What a cluster says of a token."""
    if spec["token"] != TOKEN:
        return {"authenticated": False}
    _, namespace, name = IDENTITY.split(":")
    user = {"username": f"system:serviceaccount:{namespace}:{name}", "groups": []}
    return {"authenticated": True, "user": user, "audiences": spec["audiences"]}


class Providers:
    """The server, with what `wfserver platform` is to be told of it."""

    REDIRECT = "http://app.example/signed-in"

    def __init__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def options(self, folder):
        """The options for a server that believes it, and lets companies believe it."""
        path = folder / "providers.json"
        path.touch(0o600)
        path.write_text(json.dumps({"providers": [
            {"name": "hub", "type": "github", "issuer": self.address, "client_id": "a", "client_secret": "b"}]}))
        return [
            "--sso-providers", str(path), "--provider-allow", "127.0.0.1/32", "--sso-redirect", self.REDIRECT]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
