"""Requests through the proxy."""

import http.client
import json
import socket
import time
import uuid
from threading import Event, Lock, Thread

from support import expect, wait_until


def check_forwarded_address(front):
    """What a client writes into X-Forwarded-For does not count."""
    connection = http.client.HTTPConnection("127.0.0.1", front, timeout=10)
    connection.request("GET", "/echo", headers={"X-Forwarded-For": "6.6.6.6", "X-Real-IP": "6.6.6.6"})
    seen = {name.lower(): value for name, value in json.load(connection.getresponse()).items()}
    expect("6.6.6.6" not in json.dumps(seen), f"a client chooses its own address: {seen}")
    expect(seen["x-forwarded-for"] == "127.0.0.1", f"the backend does not learn the client's address: {seen}")
    expect(seen["x-forwarded-host"] == f"127.0.0.1:{front}", f"the backend does not learn what was asked for: {seen}")


def check_tunnel(front):
    """A WebSocket passes, both ways."""
    with socket.create_connection(("127.0.0.1", front), timeout=10) as client:
        client.sendall(b"GET /echo HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        head = _read_until(client, b"\r\n\r\n")
        expect(head.startswith(b"HTTP/1.1 101 "), f"the upgrade to WebSocket is refused: {head[:80]}")
        for text in (b"first ", b"second"):
            client.sendall(text)
            expect(_read_until(client, text.upper()) == text.upper(), "the tunnel loses bytes")


def check_event_stream(front, ports):
    """Events pass when they happen, not when the stream ends."""
    connection = http.client.HTTPConnection("127.0.0.1", front, timeout=10)
    connection.request("GET", "/tickets/one", headers={"Accept": "text/event-stream"})
    response = connection.getresponse()
    expect(response.status == 200, f"the event stream is answered with {response.status}")
    _event_with(response, "printer")
    # Each node has a memory of its own here, and any of them may have the stream.
    for port in ports:
        node = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        node.request("PUT", "/tickets/one", json.dumps({"title": "Put out"}), {"Content-Type": "application/json"})
        expect(node.getresponse().status == 200, "a ticket cannot be changed")
    _event_with(response, "Put out")
    connection.close()


def check_next_node(front, log):
    """A node that says 503 is passed over for GET; POST is sent once, whatever the answer."""
    results = {"GET": [], "POST": []}
    for method, statuses in results.items():
        # nginx leaves a node alone that has said 503 three times, for two seconds.
        end = time.monotonic() + 8
        while len(statuses) < 60 or (method == "POST" and 503 not in statuses and time.monotonic() < end):
            connection = http.client.HTTPConnection("127.0.0.1", front, timeout=10)
            connection.request(method, "/overloaded", headers={"Content-Length": "0"} if method == "POST" else {})
            statuses.append(connection.getresponse().status)
            connection.close()
    expect(set(results["GET"]) == {200}, "GET gets 503 though other nodes can answer")
    expect(503 in results["POST"], "POST was never answered by the node that says 503")
    wait_until(lambda: log.read_text().count('"POST"') >= len(results["POST"]), "the log of nginx")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    posts = [line for line in lines if line["method"] == "POST"]
    expect(all("," not in line["nodeStatus"] for line in posts), "POST is sent to a second node")
    expect(any("," in line["nodeStatus"] for line in lines if line["method"] == "GET"), "no GET tried a second node")


class Load:
    """Clients that send requests until the end of the block, half of them on connections that stay open."""

    def __init__(self, front):
        self.front = front
        self.count = 0
        self.failures = []
        self._lock = Lock()
        self._ends = Event()
        self._threads = [Thread(target=self._client, args=(number,)) for number in range(8)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, number):
        """Waits for so many further requests."""
        goal = self.count + number
        wait_until(lambda: self.count >= goal, "requests", 60)

    def _client(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self.front, timeout=20)
        while not self._ends.is_set():
            if number % 2:
                connection.close()
            posts = number % 4 < 2
            try:
                if posts:
                    body = json.dumps({"id": str(uuid.uuid4()), "title": "x"})
                    connection.request("POST", "/tickets", body, {"Content-Type": "application/json"})
                else:
                    connection.request("GET", "/hello")
                response = connection.getresponse()
                response.read()
                failure = None if response.status in (200, 201) else f"{response.status}"
            except (OSError, http.client.HTTPException) as error:
                failure = repr(error)
                connection.close()
            with self._lock:
                self.count += 1
                if failure:
                    self.failures.append(f"{'POST' if posts else 'GET'}: {failure}")


def _event_with(response, text):
    end = time.monotonic() + 10
    while text.encode() not in (line := response.readline()):
        expect(line and time.monotonic() < end, f"no event with {text!r}")


def _read_until(client, end):
    data = b""
    while not data.endswith(end):
        piece = client.recv(4096)
        expect(piece, "the connection ends early")
        data += piece
    return data
