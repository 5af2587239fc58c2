"""Signing in with a provider, as a browser does."""

import itertools
from urllib.parse import parse_qs, urlsplit

import requests
from client import Client, address

NUMBER = itertools.count(1)


def begin(api, provider, **query):
    """The cookie of a sign-in that has begun, and the query with which the browser comes back as somebody new."""
    answer = requests.get(
        f"{api}/auth/oauth2/{provider}", params=query, headers={"X-Forwarded-For": address()}, timeout=60,
        allow_redirects=False)
    answer.raise_for_status()
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    return answer.headers["Set-Cookie"].partition(";")[0], {"state": state, "code": str(next(NUMBER))}


def code(api, provider):
    """The code of a sign-in that has ended well."""
    cookie, query = begin(api, provider)
    answer = requests.get(
        f"{api}/auth/oauth2/{provider}/callback", params=query, timeout=60,
        headers={"X-Forwarded-For": address(), "Cookie": cookie})
    answer.raise_for_status()
    return answer.json()["data"]["sign_on_code"]


def person(api, provider):
    """Somebody new whom the provider has signed in, with the identifier of who they are there."""
    one = Client(api)
    one.token = one.post("/auth/oauth2/token", {"sign_on_code": code(api, provider)})["access_token"]
    identity = one.get("/auth/me/identities")[0]
    one.email = identity["email"]
    return one, identity["id"]
