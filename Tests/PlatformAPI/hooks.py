"""What Schemathesis does around each request: it spares what it needs, and notes what was reached."""

import json
import os
import threading
from collections import Counter
from pathlib import Path

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData
from server import token_for
from world import PASSWORD, Client, address, configuration

FACTS = json.loads(Path(os.environ["PLATFORM_WORLD"]).read_text(encoding="utf-8"))
OWNER = Client(FACTS["api"], FACTS["owner"], FACTS["owner_token"])
PLACE = FACTS["place"]
# What would end the session, or the account, that all other requests use.
ENDS_SESSION = {
    "logout", "endOtherSessions", "changePassword", "beginSecondFactor", "confirmSecondFactor", "removeSecondFactor",
    "endSession", "leaveCompany"}
# Why something is 400 that fits the document.
REASONS = [
    "A password must have at least 10 characters", "A password must not have more than",
    "This password is too easy to guess", "No short name can be made of the name; give one",
    "A key needs at least one scope", "This is in the past",
    # The years 1677 to 2262.
    "This is not a time such as", "This is not a cursor"]
REACHED = Counter()
LOCK = threading.Lock()
NUMBER = iter(range(1, 1 << 40))
# Hashing a password takes long, so there is one such person at a time.
SPARE = []
# Those who are in the company already.
JOINED = []


def fresh(kind):
    """Something that may be removed."""
    name = f"spare {os.getpid()} {next(NUMBER)}"
    match kind:
        case "companies":
            return OWNER.post("/companies", {"name": name})["id"]
        case "organizations":
            return OWNER.post(f"/companies/{PLACE['companies']}/organizations", {"name": name})["id"]
        case "projects":
            return OWNER.post(f"/organizations/{PLACE['organizations']}/projects", {"name": name})["id"]
        case "workflows":
            path = f"/projects/{PLACE['projects']}/workflows"
            return OWNER.post(path, {"name": name, "config_yaml": configuration(name)})["id"]
        case "keyId":
            path = f"/companies/{PLACE['companies']}/api-keys"
            return OWNER.post(path, {"name": name, "scopes": ["*:read"]})["id"]
        case "invitationId":
            path = f"/companies/{PLACE['companies']}/invitations"
            return OWNER.post(path, {"email": f"{name.replace(' ', '-')}@example.com", "role": "viewer"})["id"]
        case "accountId":
            path = f"/companies/{PLACE['companies']}/service-accounts"
            return OWNER.post(path, {"name": name, "role": "viewer"})["id"]
    return None


def member(place):
    """A program with a role on something, which may be taken away."""
    account = fresh("accountId")
    if place != "companies":
        OWNER.post(f"/{place}/{PLACE[place]}/members", {"user_id": account, "role": "viewer"})
    return account


def is_known(value):
    return any(value in ids for ids in FACTS["ids"].values())


@schemathesis.hook
def before_call(context, case, kwargs):
    """Lets no limit by address count, and gives what is removed or ended a thing of its own."""
    case.headers = {**(case.headers or {}), "X-Forwarded-For": address()}
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and 0 < len(key) < 200 and next(NUMBER) % 4:
        case.headers["Idempotency-Key"] = f"{key}{os.getpid()}-{next(NUMBER)}"
    operation = case.operation.definition.raw.get("operationId")
    # Schemathesis tries other methods with the operation's parameters; those are refused.
    if case.method.upper() != case.operation.method.upper():
        return
    if case.method.upper() == "DELETE":
        spare(case)
    # Schemathesis also sends tokens that are none, which must stay so.
    if operation in ENDS_SESSION and case.headers.get("Authorization") == f"Bearer {FACTS['token']}":
        one = person()
        case.headers["Authorization"] = f"Bearer {one.token}"
        if operation == "endSession" and next(NUMBER) % 2:
            case.path_parameters["sessionId"] = one.get("/auth/sessions")[0]["id"]
        if operation == "changePassword" and isinstance(case.body, dict) and next(NUMBER) % 2:
            case.body["new_password"] = f"another {PASSWORD}"
        if operation == "leaveCompany" and is_known(case.path_parameters.get("id")) and one not in JOINED:
            JOINED.append(one)
            invited = fresh_invitation(one.email)
            one.post("/auth/invitations/accept", {"token": invited})


def spare(case):
    """Puts something else in the place of what is needed later."""
    parts = case.path.split("/")
    last = parts[-1].strip("{}")
    if not is_known((case.path_parameters or {}).get(last)):
        return
    kind = parts[-2] if last == "id" else last
    made = member(parts[3]) if kind == "userId" else fresh(kind)
    if made:
        case.path_parameters[last] = made


def fresh_invitation(email):
    """The token of an invitation to the company."""
    OWNER.post(f"/companies/{PLACE['companies']}/invitations", {"email": email, "role": "viewer"})
    return token_for(Path(FACTS["output"]), email)


def person():
    """Somebody whom nobody misses, who stays until something has ended their session."""
    if not SPARE:
        one = Client(FACTS["api"], f"spare-{os.getpid()}-{next(NUMBER)}@example.com")
        body = {"email": one.email, "password": PASSWORD, "display_name": "Spare"}
        one.token = one.post("/auth/register", body)["access_token"]
        SPARE.append(one)
    return SPARE[0]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Drops refusals of what fits the document, for reasons that a schema cannot tell."""
    if response.status_code != 400 or not isinstance(failure, RejectedPositiveData):
        return True
    return not any(reason in response.text for reason in REASONS)


@schemathesis.hook
def after_call(context, case, response):
    """Notes what was answered to what."""
    with LOCK:
        name = case.operation.definition.raw.get("operationId")
        if name in ENDS_SESSION and response.status_code < 300:
            SPARE.clear()
        REACHED[f"{name} {response.status_code}"] += 1
        if sum(REACHED.values()) % 100 == 0:
            write()


def write():
    Path(os.environ["PLATFORM_REACHED"]).write_text(json.dumps(REACHED), encoding="utf-8")


@schemathesis.hook
def after_load_schema(context, schema):
    import atexit

    atexit.register(write)
