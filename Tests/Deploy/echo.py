"""A backend that tells what it was sent, and that sends back what comes through a WebSocket's tunnel."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Echo(BaseHTTPRequestHandler):
    """Answers with the header fields of the request, or becomes a tunnel."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.headers.get("Upgrade") == "websocket":
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.end_headers()
            self.wfile.flush()
            while data := self.connection.recv(4096):
                self.connection.sendall(data.upper())
            self.close_connection = True
            return
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


def start():
    """Starts the backend on a free port."""
    backend = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    Thread(target=backend.serve_forever, daemon=True).start()
    return backend
