"""What Schemathesis does around each request: it spares what it needs, and notes what was reached."""

import atexit
import json
import os
import threading
from collections import Counter
from pathlib import Path

import schemathesis
import spares
from client import address
from schemathesis.core.failures import ServerError
from schemathesis.generation import GenerationMode
from schemathesis.openapi.checks import AllowHeaderMismatch, RejectedPositiveData

# Why something is 400, or 429, that fits the document.
REASONS = [
    "A password must have at least 10 characters", "A password must not have more than",
    "This password is too easy to guess", "No short name can be made of the name; give one",
    "A key needs at least one scope", "This is in the past",
    # The years 1677 to 2262.
    "This is not a time such as", "This is not a cursor",
    # An address, a name of an environment and a pattern have a form that a schema tells in part only.
    "This address is not among those", "This must be given with redirect_uri", "The company has no such environment",
    "There must be one named prod", "There is one of this name before it", "This is where the version runs already",
    "This must be up to 16 segments", "Give workflow and action, or topic",
    # What a provider needs follows from its type.
    "This must be given", "This is not a URL such as", "This must be an https URL", "Google has one of its own",
    "This must not end with a slash", "A scope has printable characters", "OpenID Connect needs the scope",
    '"pointer":"/config/', "Give token or aws_request",
    # A sign-in, and a device, are in a state.
    "This is not the browser in which", "This sign-in is over", "authorization_pending", "slow_down",
    "access_denied", "expired_token", "There were too many wrong codes"]
# They ask a server elsewhere, which may not answer.
ASKS_ELSEWHERE = {"beginSignOn", "completeSignOn", "createProgramToken"}
# Their paths are also those of another operation, which has a parameter there and another method.
OVERLAP = {"exchangeSignOnCode", "redriveDeadEvents"}
REACHED = Counter()
LOCK = threading.Lock()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Lets no limit by address count, and gives what is removed or ended a thing of its own."""
    case.headers = {**(case.headers or {}), "X-Forwarded-For": address()}
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and 0 < len(key) < 200 and spares.some(3, 4):
        case.headers["Idempotency-Key"] = f"{key}{spares.unique()}".replace(" ", "-")
    # Schemathesis tries other methods with the operation's parameters; those are refused.
    if case.method.upper() != case.operation.method.upper():
        return
    is_positive = case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE
    spares.replace(case, name(case), is_positive)


def name(case):
    """The name of the operation."""
    return case.operation.definition.raw.get("operationId")


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Drops refusals of what fits the document, for reasons that a schema cannot tell."""
    if isinstance(failure, ServerError):
        return response.status_code != 502 or name(case) not in ASKS_ELSEWHERE
    if isinstance(failure, AllowHeaderMismatch):
        return name(case) not in OVERLAP
    if response.status_code not in (400, 429) or not isinstance(failure, RejectedPositiveData):
        return True
    return not any(reason in response.text for reason in REASONS)


@schemathesis.hook
def after_call(context, case, response):
    """Notes what was answered to what."""
    with LOCK:
        if response.status_code < 300:
            spares.done(name(case))
        REACHED[f"{name(case)} {response.status_code}"] += 1
        if sum(REACHED.values()) % 100 == 0:
            write()


def write():
    Path(os.environ["PLATFORM_REACHED"]).write_text(json.dumps(REACHED), encoding="utf-8")


@schemathesis.hook
def after_load_schema(context, schema):
    atexit.register(write)
