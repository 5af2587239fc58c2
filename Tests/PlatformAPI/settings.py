"""The configuration of Schemathesis: identifiers of what there is, for most requests."""

import base64
import json
import re

import providers
from client import PASSWORD
from things import APPROVED, RUNNING, configuration

# What may be answered to a request that fits the document: it is about something else than its form.
ACCEPTED = ["2xx", "302", "304", "401", "403", "404", "405", "409", "412", "422"]
# A tag that does not fit is told before a body that is not as it must be.
REJECTED = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422"]
# What `id` names, by the beginning of the path; the first that fits counts.
PLACES = {
    "/companies/{id}/sso": "signOn", "/companies/{id}": "companies", "/organizations/{id}": "organizations",
    "/projects/{id}": "projects", "/workflows/{id}/trigger": "running", "/workflows/{id}/promot": "running",
    "/workflows/{id}/links": "running", "/workflows/{id}": "workflows", "/executions/{id}": "executions"}
BY_PATH = [
    "userId", "keyId", "invitationId", "accountId", "linkId", "deliveryId", "promotionId", "environment",
    "iamProviderId", "iamMappingId", "providerId"]


# Each hashes a password, which takes long.
HASHES = ["register", "changePassword", "resetPassword", "beginSecondFactor", "removeSecondFactor"]
MOST_HASHES = 3


def toml(value):
    """A value as TOML has it, which is as JSON has it as far as it goes here."""
    return json.dumps(value)


def cursor(key):
    """A cursor behind a key."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def binding(parameter, dictionary, probability):
    """That a parameter is taken from a dictionary."""
    return f'"{parameter}" = {{ dictionary = "{dictionary}", probability = {probability} }}'


def dictionaries(ids, place):
    """Values by the name of a dictionary."""
    return {
        **ids, "running": [place["running"]], "signOn": [place["signOn"]], "v": [1, 2], "secret": ["TOKEN"],
        "yaml": [configuration("fuzzed"), configuration("other"), RUNNING], "users": ids["accountId"],
        "passwords": [PASSWORD], "tags": ["*", "*", "*", '"r1"'],
        "cursors": [cursor("~"), cursor("5"), cursor("TOKEN")], "wanted": ["prod", "prod", "staging"],
        "resources": [place["companies"], place["projects"]], "sources": ["staging", "prod"],
        "targets": ["staging", "prod", APPROVED], "signOns": ["hub", *ids["providerId"]],
        "redirects": [providers.Providers.REDIRECT], "parts": ["integration", "order"],
        "actions": ["quick", "fails", "pay"], "steps": ["only"], "patterns": ["order.*", "**", "a.*.b"],
        "tokens": [providers.TOKEN], "programs": [place["iamProviderId"]]}


# By the name of a parameter: the dictionary, and how often it is used.
EVERYWHERE = {
    "query.cursor": ("cursors", 1.0), "header.If-Match": ("tags", 0.9), "body.password": ("passwords", 0.7),
    "body.current_password": ("passwords", 0.9), "path.v": ("v", 0.8), "query.from": ("v", 0.8),
    "path.name": ("secret", 0.8), "path.provider": ("signOns", 0.9), "query.environment": ("wanted", 0.8),
    "query.redirect_uri": ("redirects", 0.9), "body.config_yaml": ("yaml", 0.8),
    "body.user_id": ("users", 0.8), "body.version": ("v", 0.8), "body.from": ("sources", 0.9),
    "body.to": ("targets", 0.9), "body.workflow": ("parts", 0.8), "body.action": ("actions", 0.8),
    "body.from_step": ("steps", 0.7), "body.link_type": ("patterns", 0.8),
    "body.target_workflow_id": ("workflows", 0.8), "body.delivery_id": ("deliveryId", 0.8),
    "body.resource_id": ("resources", 0.8), "body.environments[*].name": ("environment", 0.8),
    **{f"path.{name}": (name, 0.9) for name in BY_PATH}}


def text(ids, place, peers, examples):
    """All of it.

    - peers: A file with the tokens of whoever calls.
    - examples: How many there are of each operation, unless it hashes passwords.
    """
    lines = [
        "[auth.wfc]", f"path = {toml(str(peers))}", 'user = "owner"', 'peers = ["owner", "stranger"]',
        "[generation]", "allow-x00 = false",
        "[checks.positive_data_acceptance]", f"expected-statuses = {toml(ACCEPTED)}",
        "[checks.negative_data_rejection]", f"expected-statuses = {toml(REJECTED)}",
        # A TRACE with a body is 400, whatever its path, since none may have one.
        "[phases.coverage]", 'unexpected-methods = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"]']
    for name, values in dictionaries(ids, place).items():
        lines += [f"[dictionaries.{name}]", f"values = {toml(values)}"]
    lines += ["[parameters]", *(binding(name, *bound) for name, bound in EVERYWHERE.items())]
    for path, dictionary in PLACES.items():
        lines += ["[[operations]]", f"include-path-regex = {toml('^/api/v1' + re.escape(path))}"]
        lines += ["[operations.parameters]", binding("path.id", dictionary, 0.9)]
    lines += ["[[operations]]", 'include-operation-id = "createProgramToken"', "[operations.parameters]"]
    lines += [binding("path.iamProviderId", "programs", 0.9), binding("body.token", "tokens", 0.8)]
    lines += ["[[operations]]", f"include-operation-id = {toml(HASHES)}"]
    lines += ["[operations.generation]", f"max-examples = {min(MOST_HASHES, examples)}"]
    return "\n".join(lines) + "\n"
