"""Bodies with what works once, or with what belongs together."""

import providers
import sign_on
from client import PASSWORD
from facts import API, FACTS, OWNER, PLACE, THINGS

# What a provider of a type needs.
CONFIGS = {
    "oidc": {"issuer": "http://127.0.0.1:1", "client_id": "c"},
    "kubernetes": {"server": FACTS["address"], "reviewer_token": "r"}, "aws_iam": {"account_id": "123456789012"}}


def device(body):
    """A device that somebody has let in."""
    codes = OWNER.post("/auth/device", {})
    OWNER.post("/auth/device/approve", {"user_code": codes["user_code"]})
    body["device_code"] = codes["device_code"]


def user_code(body):
    body["user_code"] = THINGS.make("user_code")


def sign_on_code(body):
    body["sign_on_code"] = sign_on.code(API, "hub")
    body.pop("code_verifier", None)


def iam_config(body):
    body["config"] = CONFIGS.get(body.get("provider_type"), {})


def sign_on_provider(body):
    body.update(type="github", client_id="c", client_secret="s")
    body.pop("issuer", None)
    body.pop("scopes", None)


def environments(body):
    body["environments"] = [
        one for one in body.get("environments", []) if one.get("name") != "prod"][:5] + [{"name": "prod"}]


def program(body):
    body.pop("aws_request", None)
    body["token"] = providers.TOKEN


def key(body):
    body["scopes"] = ["*:read"]
    body.pop("expires_at", None)


def promoted(body):
    body.update({"from": "staging", "to": "prod"})


def login(body):
    body.update(email=FACTS["viewer"], password=PASSWORD)
    body.pop("code", None)


def member(body):
    """A program that is known in the company, and has no role on it any more."""
    body["user_id"] = THINGS.make("accountId")
    OWNER.send("DELETE", f"/companies/{PLACE['companies']}/members/{body['user_id']}")


# What changes the body of an operation.
BODIES = {
    "login": login, "addCompanyMember": member, "triggerWorkflow": (
        lambda body: body.update(workflow="integration", action="quick")),
    "finishDeviceLogin": device, "showDevice": user_code, "approveDevice": user_code,
    "exchangeSignOnCode": sign_on_code, "createIAMProvider": iam_config, "updateIAMProvider": (
        lambda body: body.update(config=CONFIGS["kubernetes"])),
    "createAPIKey": key, "createServiceAccountKey": key, "promoteWorkflow": promoted,
    "createSignOnProvider": sign_on_provider, "setEnvironments": environments, "createProgramToken": program}
