"""Two companies with everything that the API knows, made through the API."""

from client import PASSWORD, Client
from things import Things, configuration


class World:
    """A company of an owner, with a viewer and an editor, and the identifiers of all that belongs to it."""

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
        self.place = self.places()
        company = self.place["companies"]
        self.viewer, self.editor = self.join("viewer", company), self.join("editor", company)
        self.things = Things(self.owner, self.editor, self.place)
        self.ids = self.belongings()

    def places(self):
        """A company with a project, in which a workflow has two versions and runs."""
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
        return {"companies": company, "organizations": organization, "projects": project, "workflows": workflow}

    def belongings(self):
        """What somebody needs to name things of the company."""
        accounts = [self.things.make("accountId") for _ in range(3)]
        for level in ("organizations", "projects"):
            self.owner.post(f"/{level}/{self.place[level]}/members", {"user_id": accounts[0], "role": "viewer"})
        more = {kind: [self.things.make(kind) for _ in range(3)] for kind in ("keyId", "invitationId")}
        places = {kind: [id] for kind, id in self.place.items()}
        return {**places, "userId": accounts[:1], "accountId": accounts, **more}

    def join(self, role, company):
        """Somebody who has been invited with a role."""
        person = Client(self.server.api, f"{self.name}-{role}@example.com".lower())
        self.owner.post(f"/companies/{company}/invitations", {"email": person.email, "role": role})
        person.post(
            "/auth/register",
            {
                "email": person.email, "password": PASSWORD, "display_name": f"{self.name} {role}",
                "invitation_token": self.server.token_for(person.email)})
        return person.login()
