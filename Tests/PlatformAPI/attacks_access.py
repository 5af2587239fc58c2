"""Ways to what belongs to others: paths, tokens, addresses, cursors and times."""

import base64
import json
import random
import statistics
import time

from client import PASSWORD


def paths(target):
    """Lead nowhere when they are written in another way."""
    own, foreign = target.world.place["companies"], target.other.place["companies"]
    for path in (
        f"/companies/{own}/../{foreign}", f"/companies/{own}/%2e%2e/{foreign}", f"/companies/{own}%2f..%2f{foreign}",
        f"/companies/{own}/%252e%252e/{foreign}", f"/companies/{own}/..%5c{foreign}", f"/companies/{foreign}%00",
        f"/companies/{own};/{foreign}", f"/companies//{foreign}", f"//companies/{foreign}", f"/companies/{foreign}/",
        f"/companies/{own}/%c0%ae%c0%ae/{foreign}", f"/companies/{foreign.upper()}", f"/companies/%7b{foreign}%7d",
        f"/companies/{foreign}%0a", f"/companies/{foreign}%20", f"/companies/{foreign}?id={own}",
        f"/companies/{foreign}",
        "/companies/..%2f..%2f..%2fetc%2fpasswd", "/companies/%2e%2e%2f%2e%2e%2flivez", "/companies/%",
        "/companies/%zz",
        f"/companies/{own}/%6d%65%6d%62ers/../../{foreign}", f"/COMPANIES/{own}", "/companies/*",
        "/companies/" + "a" * 9000):
        target.refused((400, 404, 414, 431), "GET", path)
    for name in ("%2e%2e", "..%2f..", "A%00B", "A" * 200, "%c3%28", "a+b", "A%0aB"):
        path = f"/workflows/{target.world.place['workflows']}/secrets/{name}"
        target.refused((400, 404), "PUT", path, {"value": "x"})


def tokens(target):
    """That were not given away here let nobody in."""
    head, claims, signature = target.token.split(".")

    def encode(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    for field in (
        f"Bearer {encode({'alg': 'none'})}.{claims}.",
        f"Bearer {encode({'alg': 'HS512', 'typ': 'JWT'})}.{claims}.{signature}",
        f"Bearer {encode({'alg': 'HS256', 'kid': '../../dev/null'})}.{claims}.{signature}", f"Bearer {head}.{claims}.",
        f"Bearer {head}.{claims}.{signature[:-2]}", f"Bearer {target.token}.x", f"Bearer {'a' * 9000}", "Bearer ",
        f"Basic {base64.b64encode(b'a:b').decode()}", f"Token {target.token}", target.token,
        f"Bearer {target.token}, Bearer x", "Bearer wfk_" + "a" * 43, "Bearer wfk_' OR '1'='1"):
        target.refused((401,), "GET", "/companies", token=None, headers={"Authorization": field})
    target.refused((401,), "GET", f"/auth/me?access_token={target.token}", token=None)
    twice = (
        b"GET /api/v1/auth/me HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        b"Authorization: Bearer x\r\nAuthorization: Bearer " + target.token.encode() + b"\r\n\r\n")
    answer = target.bytes(twice)
    target.expect(answer[9:12] in (b"400", b"401"), f"two tokens in one request: {answer[:200]!r}")


def hosts_and_origins(target):
    """That a client names have no effect: not on links in e-mails, and no other page may read answers."""
    email = target.world.viewer.email
    evil = {
        "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "ftp",
        "Forwarded": "host=evil.example"}
    status, _, _ = target.send("POST", "/auth/password/forgot", {"email": email}, token=None, headers=evil)
    target.expect(status == 202, f"asking for a new password: {status}")
    target.server.token_for(email)
    mails = target.server.output.read_text(encoding="utf-8")
    target.expect("evil.example" not in mails, "an e-mail leads to the host that a request has named")
    for method in ("GET", "OPTIONS", "POST"):
        for origin in ("https://evil.example", "null", "http://127.0.0.1"):
            _, headers, _ = target.send(method, "/companies", headers={
                "Origin": origin, "Access-Control-Request-Method": "DELETE"})
            found = [name for name in headers if name.lower().startswith("access-control")]
            target.expect(not found, f"{method} for {origin}: {found}")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        target.refused((415,), "POST", "/companies", b'{"name": "by a form"}', headers={"Content-Type": kind})


def cursors(target):
    """That were changed show nothing of others and break nothing."""
    company, workflow = target.world.place["companies"], target.world.place["workflows"]
    lists = (
        "/companies", "/workflows", f"/companies/{company}/members", f"/companies/{company}/audit",
        f"/workflows/{workflow}/versions", f"/workflows/{workflow}/secrets", f"/workflows/{workflow}/deployments")
    keys = [
        b"' OR '1'='1", b"~~~~", b"-1", b"9223372036854775808", b"99999999999999999999", b"0x10", b"\xff\xfe",
        b"a\x00b",
        b"", b"%", b"~' UNION SELECT * FROM platform_users --", target.other.place["companies"].encode(), b"A" * 90]
    for path in lists:
        for key in keys:
            cursor = base64.urlsafe_b64encode(key).decode().rstrip("=")
            status, _, text = target.send("GET", f"{path}?cursor={cursor}")
            target.expect(status in (200, 400), f"GET {path}?cursor={cursor}: {status} {text[:300]}")
        for cursor in ("====", "a", "%2b%2f", "A" * 300, "..", "%00"):
            target.refused((400,), "GET", f"{path}?cursor={cursor}")


def look_alike_addresses(target):
    """Belong to nobody but themselves."""
    person = {"password": PASSWORD, "display_name": "Kate"}
    status, _, _ = target.send("POST", "/auth/register", {**person, "email": "kate@example.com"}, token=None)
    target.expect(status == 201, f"registering kate: {status}")
    target.refused((409,), "POST", "/auth/register", {**person, "email": "KATE@Example.COM"}, token=None)
    for email in ("\u212aate@example.com", "k\u0430te@example.com", "kate@example.com\u200b", "\uff4bate@example.com"):
        target.refused((401,), "POST", "/auth/login", {"email": email, "password": PASSWORD}, token=None)
        mails = target.server.output.read_text(encoding="utf-8").count("kate@example.com: Set a new password")
        target.send("POST", "/auth/password/forgot", {"email": email}, token=None)
        after = target.server.output.read_text(encoding="utf-8").count("kate@example.com: Set a new password")
        target.expect(mails == after, f"{email!r} is taken for kate@example.com")
    for email in (
            " kate@example.com", "kate@example.com\n", "kate@example.com\r\nBcc: x@example.com", "kate@", "@",
            "a@b@c d"):
        target.refused((400,), "POST", "/auth/register", {**person, "email": email}, token=None)


def times_of_logins(target):
    """Do not tell whether there is an account."""
    times = {"known": [], "unknown": []}
    emails = {"known": target.world.viewer.email, "unknown": "nobody-at-all@example.com"}
    order = [kind for kind in times for _ in range(8)]
    random.Random(1).shuffle(order)
    for kind in order:
        began = time.perf_counter()
        body = {"email": emails[kind], "password": "not the password"}
        target.refused((401,), "POST", "/auth/login", body, token=None)
        times[kind].append(time.perf_counter() - began)
    # Hashing is nearly all of it, so without it an unknown account would be answered in a small part of the time.
    known, unknown = (statistics.median(times[kind]) for kind in ("known", "unknown"))
    target.expect(0.7 < unknown / known < 1.4, f"a login takes {known:.3f} s, and {unknown:.3f} s without an account")


ALL = [paths, tokens, hosts_and_origins, cursors, look_alike_addresses, times_of_logins]
