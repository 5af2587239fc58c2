"""Somebody who uses the API of a platform."""

import itertools
import json
import threading

import requests
from server import Failure

PASSWORD = "correct horse battery"
COUNT = itertools.count(1)
LOCK = threading.Lock()


def address():
    """An address that nobody has used yet, so that no limit by address counts."""
    with LOCK:
        number = next(COUNT)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Client:
    """Somebody who uses the API."""

    def __init__(self, server, email=None, token=None):
        self.server, self.email, self.token = server, email, token
        self.session = requests.Session()

    def send(self, method, path, body=None, expected=(200, 201, 202, 204)):
        """The answer to a request, which must have one of the statuses that are expected."""
        headers = {"X-Forwarded-For": address()}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = self.session.request(method, self.server + path, json=body, headers=headers, timeout=60)
        if answer.status_code not in expected:
            raise Failure(f"{method} {path} {json.dumps(body)}: {answer.status_code} {answer.text[:500]}")
        return answer.json().get("data") if answer.content else None

    def post(self, path, body=None):
        return self.send("POST", path, body)

    def get(self, path):
        return self.send("GET", path)

    def login(self):
        """A new session."""
        self.token = Client(self.server).post(
            "/auth/login", {"email": self.email, "password": PASSWORD})["access_token"]
        return self
