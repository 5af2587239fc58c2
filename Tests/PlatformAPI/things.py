"""What belongs to a company, its projects and its workflows, made through the API."""

import itertools
import os
import sqlite3
import time

import providers

NUMBER = itertools.count(1)


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


# A workflow with parts to be run. The name of its other system stands for nothing anywhere, so that a step fails at
# once; a step that is repeated waits for that.
RUNNING = """modules:
  - {name: machines, type: statemachine.engine}
  - {name: integrations, type: integration.registry}
workflows:
  integration:
    registry: integrations
    connectors:
      - {name: nowhere, type: http, config: {baseURL: "http://nowhere.invalid"}}
    workflows:
      quick: {steps: [{name: only, connector: nowhere, action: GET /, onError: end}]}
      fails: {steps: [{name: only, connector: nowhere, action: GET /}]}
      waits: {steps: [{name: only, connector: nowhere, action: GET /, retryCount: 1, retryDelay: 30s}]}
  statemachine:
    engine: machines
    definitions:
      - name: order
        initialState: new
        states: {new: {}, paid: {isFinal: true}}
        transitions: {pay: {fromState: new, toState: paid}}
"""
# A promotion to it needs an approval.
APPROVED = "live"
ENVIRONMENTS = [{"name": "staging"}, {"name": "prod"}, {"name": APPROVED, "requires_approval": True}]


def unique():
    """A name that nothing else has."""
    return f"thing {os.getpid()} {next(NUMBER)}"


class Things:
    """Makes things.

    - editor: Somebody who asks for what the owner may approve.
    - place: One company with what it has, by its level.
    - address: Where providers are; see `providers`.
    - database: The file with the tables of the platform.
    """

    def __init__(self, owner, editor, place, address=None, database=None):
        self.owner, self.editor, self.place, self.address, self.database = owner, editor, place, address, database

    def make(self, kind, **place):
        """The identifier of a new thing.

        - kind: The name of the parameter that it is for, or the level.
        - place: In what it is, unless that is where the most are.
        """
        place = {**self.place, **place}
        path, body, name = self.request(kind, place)
        return self.owner.post(path, body)[name]

    def request(self, kind, place):
        """The path and the body of a request that makes a thing, and what of its answer names it."""
        name, company = unique(), f"/companies/{place['companies']}"
        match kind:
            case "companies":
                return "/companies", {"name": name}, "id"
            case "organizations":
                return f"{company}/organizations", {"name": name}, "id"
            case "projects":
                return f"/organizations/{place['organizations']}/projects", {"name": name}, "id"
            case "workflows":
                body = {"name": name, "config_yaml": configuration(name), "labels": {"team": "blue"}}
                return f"/projects/{place['projects']}/workflows", body, "id"
            case "keyId":
                return f"{company}/api-keys", {"name": name, "scopes": ["*:read"]}, "id"
            case "invitationId":
                email = f"{name.replace(' ', '-')}@example.com"
                return f"{company}/invitations", {"email": email, "role": "viewer"}, "id"
            case "accountId":
                return f"{company}/service-accounts", {"name": name, "role": "viewer"}, "id"
            case "linkId":
                body = {"target_workflow_id": self.place["workflows"], "link_type": "order.*"}
                return f"/workflows/{place['source']}/links", body, "id"
            case "iamProviderId":
                config = {"server": self.address, "reviewer_token": "r", "audience": "a"}
                body = {"provider_type": "kubernetes", "name": name, "config": config}
                return f"{company}/iam/providers", body, "id"
            case "iamMappingId":
                body = {
                    "external_identifier": name, "resource_type": "company", "resource_id": place["companies"],
                    "role": "viewer"}
                return f"/iam/providers/{place['iamProviderId']}/mappings", body, "id"
            case "providerId":
                body = {
                    "type": "github", "name": name, "issuer": self.address, "client_id": "a", "client_secret": "b"}
                return f"{company}/sso/providers", body, "id"
            case "device_code" | "user_code":
                return "/auth/device", {"client_name": name}, kind
        raise ValueError(kind)

    def user(self, level):
        """A program with a role on something, which may be taken away."""
        account = self.make("accountId")
        if level != "companies":
            members = "permissions" if level == "workflows" else "members"
            self.owner.post(f"/{level}/{self.place[level]}/{members}", {"user_id": account, "role": "viewer"})
        return account

    def running(self):
        """A workflow that runs in two environments, with parts to be run."""
        body = {"name": unique(), "config_yaml": RUNNING}
        workflow = self.owner.post(f"/projects/{self.place['projects']}/workflows", body)["id"]
        for environment in ("staging", "prod"):
            self.owner.post(f"/workflows/{workflow}/deploy?environment={environment}", {})
        return workflow

    def deployed_twice(self):
        """A workflow that runs, and ran in another version before."""
        workflow = self.make("workflows")
        self.owner.post(f"/workflows/{workflow}/deploy", {})
        self.owner.send("PUT", f"/workflows/{workflow}", {"config_yaml": configuration(unique())})
        self.owner.post(f"/workflows/{workflow}/deploy", {})
        return workflow

    def execution(self, part, action):
        """An execution of the workflow that runs."""
        body = {"workflow": part, "action": action, "data": {"id": unique()}}
        return self.owner.post(f"/workflows/{self.place['running']}/trigger", body)["id"]

    def ended(self, execution):
        """Waits until an execution has ended."""
        end = time.monotonic() + 30
        while self.owner.get(f"/executions/{execution}")["status"] == "running" and time.monotonic() < end:
            time.sleep(0.02)
        return execution

    def promotion(self):
        """A promotion that the owner may approve, in place of the one before."""
        body = {"from": "staging", "to": APPROVED}
        return self.editor.post(f"/workflows/{self.place['running']}/promote", body)["id"]

    def dead_event(self, link):
        """An event that its target has not taken: that takes hours otherwise."""
        id = f"{next(NUMBER):064x}"
        values = (id, link, id, "order.paid", '{"id": "o1"}', "", 1, "", 12, 1, "It was not there.", 1, time.time_ns())
        with sqlite3.connect(self.database, timeout=30) as connection:
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO platform_link_deliveries VALUES ({marks})", values)
        connection.close()
        return id


def furnish(things):
    """What the requests of a fuzz are about besides the places: identifiers, by the names of parameters."""
    owner, place = things.owner, things.place
    owner.send("PUT", f"/companies/{place['companies']}/environments", {"environments": ENVIRONMENTS})
    place["running"] = things.running()
    # Whoever enforces a provider shuts everybody else out, so that is done elsewhere.
    place["signOn"] = things.make("companies")
    link = things.make("linkId", source=place["running"])
    place["iamProviderId"] = things.make("iamProviderId")
    mapping = {
        "external_identifier": providers.IDENTITY, "resource_type": "company", "resource_id": place["companies"],
        "role": "viewer"}
    owner.post(f"/iam/providers/{place['iamProviderId']}/mappings", mapping)
    parts = [("integration", "quick"), ("integration", "fails"), ("order", "pay")]
    return {
        "executions": [things.ended(things.execution(*part)) for part in parts], "linkId": [link],
        "deliveryId": [things.dead_event(link) for _ in range(3)], "promotionId": [things.promotion()],
        "iamProviderId": [things.make("iamProviderId")], "iamMappingId": [things.make("iamMappingId")],
        "providerId": [things.make("providerId", companies=place["signOn"])],
        "environment": [environment["name"] for environment in ENVIRONMENTS]}
