"""Two companies with everything that the API knows, made through the API."""

import itertools
import json
import threading

import requests
from server import Failure

PASSWORD = "correct horse battery"
COUNT = itertools.count(1)
LOCK = threading.Lock()


def configuration(text):
    """A workflow that answers a text."""
    return f"""modules:
  - name: server
    type: http.server
    config: {{address: "0.0.0.0:80"}}
  - name: router
    type: http.router
  - name: handler
    type: http.handler
    config: {{body: "{text}", contentType: text/plain}}
workflows:
  http:
    routes:
      - {{method: GET, path: /hello, handler: handler}}
"""


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


class World:
    """A company of an owner, with a viewer, and the identifiers of all that belongs to it."""

    def __init__(self, server, name, setup):
        self.server, self.name = server, name
        self.owner = Client(server.api, f"{name}-owner@example.com".lower())
        person = {"email": self.owner.email, "password": PASSWORD, "display_name": f"{name} owner"}
        if setup:
            self.owner.post("/setup", {**person, "token": server.setup_token(), "company_name": name})
        else:
            self.owner.post("/auth/register", person)
        self.owner.login()
        if not setup:
            self.owner.post("/companies", {"name": name})
        self.ids = {}
        self.fill()

    def fill(self):
        owner, name = self.owner, self.name
        company = owner.get("/companies")[0]["id"]
        organization = owner.post(f"/companies/{company}/organizations", {"name": f"{name} organization"})["id"]
        project = owner.post(f"/organizations/{organization}/projects", {"name": f"{name} project"})["id"]
        workflow = owner.post(
            f"/projects/{project}/workflows",
            {"name": f"{name} workflow", "config_yaml": configuration(f"{name} 1")})["id"]
        owner.send("PUT", f"/workflows/{workflow}", {"config_yaml": configuration(f"{name} 2")})
        owner.post(f"/workflows/{workflow}/deploy", {"version": 1})
        owner.post(f"/workflows/{workflow}/deploy", {"version": 2})
        owner.send("PUT", f"/workflows/{workflow}/secrets/TOKEN", {"value": f"{name} secret"})
        self.viewer = self.join("viewer", company)
        self.place = {
            "companies": company, "organizations": organization, "projects": project, "workflows": workflow}
        accounts = [self.account() for _ in range(3)]
        self.ids = {
            **{kind: [id] for kind, id in self.place.items()}, "userId": accounts[:1], "accountId": accounts,
            "keyId": [self.key() for _ in range(3)], "invitationId": [self.invitation() for _ in range(3)]}
        for level in ("organizations", "projects"):
            owner.post(f"/{level}/{self.place[level]}/members", {"user_id": accounts[0], "role": "viewer"})

    def join(self, part, company):
        """Somebody who has been invited as a viewer."""
        person = Client(self.server.api, f"{self.name}-{part}@example.com".lower())
        self.owner.post(f"/companies/{company}/invitations", {"email": person.email, "role": "viewer"})
        person.post(
            "/auth/register",
            {
                "email": person.email, "password": PASSWORD, "display_name": f"{self.name} {part}",
                "invitation_token": self.server.token_for(person.email)})
        return person.login()

    def key(self):
        path = f"/companies/{self.place['companies']}/api-keys"
        return self.owner.post(path, {"name": "key", "scopes": ["*:read"]})["id"]

    def account(self):
        path = f"/companies/{self.place['companies']}/service-accounts"
        return self.owner.post(path, {"name": "robot", "role": "viewer"})["id"]

    def invitation(self):
        path = f"/companies/{self.place['companies']}/invitations"
        email = f"{self.name}-guest-{next(COUNT)}@example.com".lower()
        return self.owner.post(path, {"email": email, "role": "viewer"})["id"]
