"""An OpenID provider on loopback for tests: oidc-provider-mock, which by itself does not check PKCE (RFC 7636).

    oidc_provider.py PORT

`POST /rotate` has it sign with another key. Ends when its standard input does, so that it never outlives the tests that started it.
"""

import base64
import hashlib
import os
import sys
import threading
import urllib.parse

import flask
import oidc_provider_mock
import werkzeug.serving

AUTHORIZE, TOKEN = "/oauth2/authorize", "/oauth2/token"


def digest(verifier):
    """What a client announces of its verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def with_pkce(app):
    """Refuses codes whose verifier is missing or is not the one that was announced."""
    announced = {}

    @app.after_request
    def remember(response):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(response.location or "").query)
        if flask.request.path == AUTHORIZE and "code" in query:
            if flask.request.args.get("code_challenge_method") == "S256":
                announced[query["code"][0]] = flask.request.args["code_challenge"]
        return response

    @app.before_request
    def verify():
        form = flask.request.form
        if flask.request.path == TOKEN and form.get("grant_type") == "authorization_code":
            if announced.pop(form.get("code"), None) != digest(form.get("code_verifier", "")):
                return {"error": "invalid_grant"}, 400
        return None

    return app


def with_rotation(app):
    """Takes another key in place of the one that tokens are signed with, as providers do now and then."""

    @app.post("/rotate")
    def rotate():
        storage = flask.g.oidc_provider_mock_storage
        storage.jwk = type(storage.jwk).generate_key(is_private=True)
        return {}

    return app


def end_with_input():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_input, daemon=True).start()
werkzeug.serving.make_server(
    "127.0.0.1", int(sys.argv[1]), with_rotation(with_pkce(oidc_provider_mock.app())), threaded=True
).serve_forever()
