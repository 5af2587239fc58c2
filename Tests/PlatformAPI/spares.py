"""Puts something else in the place of what is needed later, and what works once into requests."""

import itertools
from pathlib import Path

import sign_on
from bodies import BODIES
from client import PASSWORD, Client
from facts import API, FACTS, OWNER, PLACE, THINGS
from providers import Providers
from server import token_for
from things import unique

# What would end the session, or the account, that all other requests use.
ENDS_SESSION = {
    "logout", "endOtherSessions", "changePassword", "beginSecondFactor", "confirmSecondFactor", "removeSecondFactor",
    "endSession", "leaveCompany", "deleteAccount"}
# Those of them for which a password is needed. Hashing one takes long, so others come from a provider.
NEEDS_PASSWORD = {"changePassword", "beginSecondFactor"}
# Those whom nobody misses, by whether they have a password, until something has ended their session.
SPARE = {}
NUMBER = itertools.count(1)


def some(of, all):
    """Whether it is one of so many among so many requests."""
    return next(NUMBER) % all < of


def is_known(value):
    return any(value in ids for ids in FACTS["ids"].values()) or value in PLACE.values()


def is_callers(case):
    """Whether the request has the token that most have; Schemathesis also sends tokens that are none."""
    return case.headers.get("Authorization") == f"Bearer {FACTS['token']}"


def replace(case, name, is_positive):
    """Changes a request that is about to be sent.

    - is_positive: Whether it fits the document.
    """
    parameters = case.path_parameters or {}
    if case.method.upper() == "DELETE":
        spare(case)
    if name in ENDS_SESSION and is_callers(case):
        end_session(case, name)
    if change := CHANGES.get(name):
        if is_known(parameters.get(change[0], parameters.get("id"))):
            change[1](case, parameters)
    if is_positive and isinstance(case.body, dict) and some(3, 4) and (fill := BODIES.get(name)):
        fill(case.body)
    if name == "completeSignOn" and is_positive and some(1, 2):
        come_back(case)
    if name in {"listWorkflows", "listProjectWorkflows"} and is_positive and some(1, 2):
        case.query["label"] = ["team:blue"]
    if name == "unlinkIdentity" and is_callers(case) and some(1, 2):
        one, identity = sign_on.person(API, "hub")
        case.headers["Authorization"], parameters["identityId"] = f"Bearer {one.token}", identity


def spare(case):
    """Puts something new in the place of what is removed."""
    parameters, parts = case.path_parameters or {}, case.path.split("/")
    last = parts[-1].strip("{}")
    if not is_known(parameters.get(last)):
        return
    kind = parts[-2] if last == "id" else last
    match kind:
        case "userId":
            parameters[last] = THINGS.user(parts[3])
        case "environment":
            parameters["id"] = THINGS.make("workflows")
        case "linkId":
            parameters["id"] = THINGS.make("workflows")
            parameters[last] = THINGS.make(kind, source=parameters["id"])
        case "deliveryId":
            parameters[last] = THINGS.dead_event(FACTS["ids"]["linkId"][0])
        case "providerId" | "iamProviderId":
            # A company has few of them.
            company = THINGS.make("companies")
            parameters[last] = THINGS.make(kind, companies=company)
            if "id" in parameters:
                parameters["id"] = company
        case "companies" | "organizations" | "projects" | "workflows" | "keyId" | "invitationId" | "accountId" | (
            "iamMappingId"):
            parameters[last] = THINGS.make(kind)


def end_session(case, name):
    """Has somebody else do what ends a session."""
    one = person(name in NEEDS_PASSWORD)
    case.headers["Authorization"] = f"Bearer {one.token}"
    if name == "endSession" and some(1, 2):
        case.path_parameters["sessionId"] = one.get("/auth/sessions")[0]["id"]
    if name == "changePassword" and isinstance(case.body, dict) and some(1, 2):
        case.body["new_password"] = f"another {PASSWORD}"
    if name == "leaveCompany" and is_known(case.path_parameters.get("id")):
        OWNER.post(f"/companies/{PLACE['companies']}/invitations", {"email": one.email, "role": "viewer"})
        one.post("/auth/invitations/accept", {"token": token_for(Path(FACTS["output"]), one.email)})


def person(has_password):
    """Somebody whom nobody misses."""
    if has_password not in SPARE:
        SPARE[has_password] = registered() if has_password else sign_on.person(API, "hub")[0]
    return SPARE[has_password]


def registered():
    """Somebody new with a password."""
    one = Client(API, f"{unique()}@example.com".replace(" ", "-"))
    body = {"email": one.email, "password": PASSWORD, "display_name": "Spare"}
    one.token = one.post("/auth/register", body)["access_token"]
    return one


def done(name):
    """Takes note of what has succeeded."""
    if name in ENDS_SESSION:
        SPARE.pop(name in NEEDS_PASSWORD, None)


def running(case, parameters):
    parameters["id"] = THINGS.execution("integration", "waits")


def promotion(case, parameters):
    parameters["id"], parameters["promotionId"] = PLACE["running"], THINGS.promotion()


def deployed_twice(case, parameters):
    parameters["id"] = THINGS.deployed_twice()
    (case.query or {}).pop("environment", None)


def company(case, parameters):
    parameters["id"] = THINGS.make("companies")


def sign_on_company(case, parameters):
    parameters["id"] = PLACE["signOn"]


def iam_provider(case, parameters):
    parameters["iamProviderId"] = FACTS["ids"]["iamProviderId"][0]


# What else must not be changed for the requests that follow, or works once: the parameter that names it, and what to
# do.
CHANGES = {
    "cancelExecution": ("id", running), "approvePromotion": ("promotionId", promotion),
    "rejectPromotion": ("promotionId", promotion), "setEnvironments": ("id", company),
    "createSignOnProvider": ("id", sign_on_company), "updateSignOnProvider": ("id", sign_on_company),
    "rollbackWorkflow": ("id", deployed_twice), "updateIAMProvider": ("iamProviderId", iam_provider)}


def come_back(case):
    """A browser comes back from a provider; it began with an address to be sent to, or without one."""
    begun = {"redirect_uri": Providers.REDIRECT, "code_challenge": "c" * 43} if some(1, 2) else {}
    cookie, query = sign_on.begin(API, "hub", **begun)
    case.path_parameters["provider"], case.query = "hub", query
    case.headers["Cookie"] = cookie
