"""What is put into the database of a platform before it is measured: one large company."""

import hashlib
import json
import time

import platform_activity

DAY = 86_400 * 10**9


def identifier(kind, number):
    """A UUID that sorts by its number, as those of the platform do by their time."""
    return f"0190{kind:04x}-{number >> 16 & 0xffff:04x}-7{number >> 4 & 0xfff:03x}-8{number & 0xf:x}00-{number:012x}"


class Rows:
    """Rows of tables, in the order in which they can be put in.

    - scale: 1 for 10,000 workflows and 1,000,000 entries of the audit log.
    """

    def __init__(self, owner, company, scale):
        self.owner, self.company, self.scale = owner, company, scale
        self.now = time.time_ns()
        self.organizations = [identifier(1, n) for n in range(200)]
        self.projects = [identifier(2, n) for n in range(500)]
        self.workflows = [identifier(3, n) for n in range(int(10_000 * scale))]
        self.people = [identifier(4, n) for n in range(int(5_000 * scale))]
        self.entries = int(1_000_000 * scale)
        self.executions = int(1_000_000 * scale)
        self.versions = 1_000

    @property
    def busiest(self):
        """The project and the workflow that have most."""
        return self.projects[0], self.workflows[0]

    @property
    def guest(self):
        """Somebody with a role on each of many projects, and on nothing above."""
        return self.people[0]

    def tables(self):
        """Table, columns, and an iterable of rows."""
        company, owner, now = self.company, self.owner, self.now
        yield "platform_organizations", "id company_id name slug metadata revision created_at updated_at", (
            (id, company, f"Organization {n}", f"o{n}", "{}", 1, now, now)
            for n, id in enumerate(self.organizations))
        yield "platform_projects", (
            "id company_id organization_id name slug description metadata revision created_at updated_at"), (
            (id, company, self.organizations[0 if n < 300 else n % 200], f"Project {n}", f"p{n}", "", "{}", 1, now, now)
            for n, id in enumerate(self.projects))
        yield "platform_users", (
            "id kind company_id email email_verified display_name avatar_url active totp_confirmed revision "
            "created_at updated_at email_key totp_last_step"), (
            (id, "person", None, f"p{n}@example.com", 1, f"Person {n}", "", 1, 0, 1, now, now, f"p{n}@example.com", 0)
            for n, id in enumerate(self.people))
        robots = [identifier(5, n) for n in range(2_000)]
        yield "platform_users", (
            "id kind company_id email email_verified display_name avatar_url active totp_confirmed revision "
            "created_at updated_at totp_last_step"), (
            (id, "service", company, "", 0, f"Robot {n}", "", 1, 0, 1, now, now, 0) for n, id in enumerate(robots))
        yield "platform_memberships", (
            "id user_id company_id level resource_id role revision created_at updated_at"), self.memberships()
        yield "platform_sessions", "id user_id address user_agent created_at last_used_at expires_at ended_at", (
            (identifier(6, n), owner, "192.0.2.1", "curl", now, now, now + DAY, None if n < 100 else now)
            for n in range(20_000))
        yield "platform_api_keys", (
            "id company_id user_id name prefix hash scopes created_by created_at revoked_at"), (
            (identifier(7, n), company, owner, f"key {n}", "wfk_x", f"key{n}", "*:read", owner, now,
             None if n < 500 else now) for n in range(50_000))
        yield "platform_invitations", (
            "id company_id level resource_id email role hash invited_by created_at expires_at accepted_at"), (
            (identifier(8, n), company, "company", company, f"g{n}@example.com", "viewer", f"invitation{n}", owner, now,
             now + DAY, None if n < 200 else now) for n in range(50_000))
        yield from self.of_workflows()
        yield from platform_activity.tables(self)
        yield "platform_audit", (
            "company_id sequence id created_at user_id action resource_type resource_id entry hash"), self.audit()

    def memberships(self):
        company, now = self.company, self.now
        for n, user in enumerate(self.people):
            if user != self.guest:
                yield identifier(9, n), user, company, "company", company, "viewer", 1, now, now
        for n, project in enumerate(self.projects):
            yield identifier(10, n), self.guest, company, "project", project, "viewer", 1, now, now
        for n, user in enumerate(self.people[1:2_001]):
            yield identifier(11, n), user, company, "project", self.projects[0], "viewer", 1, now, now

    def of_workflows(self):
        company, owner, now = self.company, self.owner, self.now
        many = len(self.workflows) // 2
        yield "platform_workflows", (
            "id company_id organization_id project_id name slug description version status deployed_version created_by "
            "updated_by revision created_at updated_at"), (
            (id, company, self.organizations[0], self.projects[0 if n < many else n % 300], f"Workflow {n}", f"w{n}",
             "", 1 if n else self.versions, "draft", None, owner, owner, 1, now, now)
            for n, id in enumerate(self.workflows))
        text = "modules: []\n" + "# what people write into configurations\n" * 100
        versions = [(self.workflows[0], n + 1) for n in range(self.versions)] + [(id, 1) for id in self.workflows[1:]]
        yield "platform_workflow_versions", "workflow_id version config_yaml created_by created_at", (
            (id, version, text, owner, now) for id, version in versions)
        yield "platform_deployments", "workflow_id number version deployed_by created_at ended_at", (
            (self.workflows[0], n + 1, n + 1, owner, now, now) for n in range(self.versions))
        yield "platform_workflow_secrets", (
            "workflow_id name sealed revision updated_by created_at updated_at"), (
            (self.workflows[0], f"SECRET_{n:04}", "sealed", 1, owner, now, now) for n in range(500))

    def audit(self):
        """A chain over many days, in which few entries are of a rare kind."""
        previous, first = "", 100
        start = self.now - 300 * DAY
        for n in range(first, first + self.entries):
            at = start + n * (290 * DAY // (first + self.entries))
            rare = n % 250_000 == first
            action, kind = ("company.update", "company") if rare else (
                ("workflow.update", "workflow") if n % 3 else ("project.update", "project"))
            user = self.owner if n % 2 else self.people[n % len(self.people)]
            resource = self.company if rare else (
                self.workflows[n % len(self.workflows)] if n % 3 else self.projects[n % 500])
            entry = json.dumps({
                "id": identifier(12, n), "sequence": n, "created_at": "2026-01-01T00:00:00Z", "user_id": user,
                "actor": {"name": "x"}, "action": action, "resource_type": kind, "resource_id": resource,
                "details": {"before": {"name": "a"}, "after": {"name": "b"}}, "ip_address": "192.0.2.1",
                "user_agent": "curl/8", "request_id": "r", "previous_hash": previous})
            previous = hashlib.sha256(entry.encode()).hexdigest()
            yield self.company, n, identifier(12, n), at, user, action, kind, resource, entry, previous

    def time_at(self, share):
        """The time behind a share of the audit log, as the API takes it."""
        seconds = (self.now - 300 * DAY + int(share * 290 * DAY)) // 10**9
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
