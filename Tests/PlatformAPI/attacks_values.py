"""Values that are meant to be taken for something else, or to take for ever."""

import json
import threading
import time

from things import configuration

INJECTIONS = [
    "'; DROP TABLE platform_users; --", "' OR '1'='1", "\" OR \"\"=\"", "1); DELETE FROM platform_companies; --", "$1",
    "?", "%s%n", "\\'; --", "{{7*7}}", "${secret.TOKEN}", "$(id)", "`id`", "<script>alert(1)</script>",
    "../../etc/passwd", "\u001b[31mred", "a\nlevel=error forged", "a\r\nSet-Cookie: x=y", "\u2028\u2029",
    "\U0001f4a9" * 20, "\u202eabc", "__proto__", "e\u0301", "\ufeffx",
    "x' UNION SELECT password_hash FROM platform_users --", "pg_sleep(10)", "';SELECT pg_sleep(10)--"]
BODIES = [
    b"", b"null", b"[]", b"1", b'"x"', b"{", b'{"name": "a",}', b"{'name': 'a'}", b'{"name": NaN}', b'{"name": "a"} x',
    b"\xff\xfe{\x00}\x00", b'\xef\xbb\xbf{"name": "a"}', b'{"name": "\xff\xff"}', b'{"name": "\xc0\xae"}',
    b'{"name": "\xed\xa0\x80"}', b'{"name": "\\ud800"}', b'{"name": "a", "name": "b"}',
    b'{"name": "a", "\\u006eame": "b"}', b'{"name": "a\\u0000b"}', b'{"name": 1e999999}', b'{"name": ["a"]}',
    b'{"name": {"$ne": null}}', b'{"__proto__": {"name": "a"}}', b'{"name": "a", "owner": true}',
    b'{"name": "a", "revision": 7}', b"[" * 100_000, b'{"metadata": ' * 5_000,
    b'{"name": "a", "metadata": ' + b'{"a": ' * 40 + b"1" + b"}" * 41, b'{"name": "' + b"a" * 201 + b'"}',
    b'{"name": "' + b"a" * 1_100_000 + b'"}', b'{"' + b"k" * 900_000 + b'": 1}']


def injections(target):
    """Come back as they were sent, and do nothing else."""
    place = target.world.place
    company, project = f"/companies/{place['companies']}", f"/projects/{place['projects']}"
    for number, text in enumerate(INJECTIONS):
        body = {"name": text, "slug": f"injected-{number}", "metadata": {text: text}}
        status, _, answer = target.send("POST", f"/organizations/{place['organizations']}/projects", body)
        target.expect(status == 201, f"a project called {text!r}: {status} {answer[:300]}")
        made = json.loads(answer)["data"]
        target.expect(made["name"] == text and made["metadata"] == {text: text}, f"{text!r} has become {made}")
        for parameter in ("action", "resource_type", "resource_id"):
            query = "".join(f"%{byte:02x}" for byte in text.encode()[:90])
            status, _, answer = target.send("GET", f"{company}/audit?{parameter}={query}")
            target.expect(
                status == 400 or (status == 200 and json.loads(answer)["data"] == []),
                f"audit of {parameter} {text!r}: {status} {answer[:300]}")
        if number < 4:
            target.refused((400, 401), "POST", "/auth/login", {"email": text, "password": text}, token=None)
        printable = "".join(character for character in text if " " <= character <= "~")
        status, _, _ = target.send("GET", "/companies", headers={"User-Agent": printable})
        target.expect(status == 200, f"a client called {text!r}: {status}")
    status, _, answer = target.send("GET", project)
    target.expect(status == 200, f"the project afterwards: {status} {answer[:300]}")
    status, _, answer = target.send("GET", f"{company}/audit/verify")
    target.expect(json.loads(answer)["data"]["valid"], f"the audit log afterwards: {answer}")


def bodies(target):
    """That are not as they must be are refused."""
    for body in BODIES:
        target.refused((400, 413), "POST", "/companies", body)
    huge = b'{"name": "n", "slug": "huge-numbers", "metadata": {"a": 1' + b"0" * 5_000 + b', "b": 1e-400, "c": -0.0}}'
    status, _, text = target.send("POST", f"/companies/{target.world.place['companies']}/organizations", huge)
    target.expect(status in (201, 400), f"huge numbers: {status} {text[:300]}")
    target.refused((400, 415), "POST", "/companies", b"\x1f\x8b\x08\x00", headers={"Content-Encoding": "gzip"})
    for tag in ('"r99"' + ',"x"' * 3000, "*" * 5000, "W/", '"', ",,,,"):
        company = f"/companies/{target.world.place['companies']}"
        target.refused((412, 431), "PUT", company, {"name": "x"}, headers={"If-Match": tag})


def bombs():
    """Configurations that grow, nest or go in circles."""
    laughs = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    laughs += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    merges = ["a0: &a0 {k: v}"] + [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 12)]
    yield "\n".join(laughs)
    yield "\n".join(merges)
    yield "a: &a [*a]"
    yield "a: &a {b: *a}"
    yield "[" * 50_000
    yield "{a: " * 50_000
    yield "\n".join(" " * n + f"k{n}:" for n in range(900))
    yield "- " * 100_000
    yield "? " * 100_000
    yield "modules:\n" + "".join(f"  - {{name: m{n}, type: http.server, config: {{}}}}\n" for n in range(8_000))
    yield "modules: " + "x" * 499_000
    yield "&" + "a" * 400_000 + " x"
    yield "a: !!python/object/apply:os.system [id]"
    yield "a: !!binary " + "A" * 400_000
    yield "%YAML 9.9\n---\na: 1\n" * 100
    yield "a: 1\na: 2\n"
    yield "--- x\n" * 50_000
    yield "a: |" + "9" * 1_000
    yield "\ud7ff\ue000\u0085\u2028: 1"
    yield configuration("x").replace("/hello", "/" + "{a}" * 10_000)
    yield configuration("x").replace("/hello", "/" + "a/" * 50_000)
    yield configuration("${secret." + "A" * 100_000 + "}")
    yield configuration("{{ " + "(" * 20_000 + " }}")


def yaml_bombs(target):
    """Are refused in time, while others are served."""
    project = target.world.place["projects"]
    memory = resident(target)
    late, done = [], threading.Event()

    def watch():
        while not done.wait(0.2):
            began = time.monotonic()
            target.send("GET", "/setup", token=None)
            late.append(time.monotonic() - began)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for number, text in enumerate(bombs()):
            body = {"name": f"bomb {number}", "config_yaml": text}
            status, _, answer = target.send("POST", f"/projects/{project}/workflows", body)
            target.expect(status in (201, 400, 413, 422), f"{text[:60]!r}: {status} {answer[:300]}")
    finally:
        done.set()
        watcher.join()
    wait = max(late, default=0)
    target.expect(wait < 5, f"while configurations are read, others wait for {wait:.1f} s")
    target.expect(resident(target) - memory < 500 << 20, f"configurations take {(resident(target) - memory) >> 20} MiB")


def resident(target):
    """The memory of the server, in bytes; 0 where that cannot be told."""
    try:
        with open(f"/proc/{target.server.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4096
    except FileNotFoundError:
        return 0


def long_texts(target):
    """Take no longer than short ones."""
    for email in ("a" * 64 + "@" + "a." * 90 + "a", "@" * 254, "a@" + "-" * 250, "." * 254, "a" * 254):
        target.send("POST", "/auth/register", {"email": email, "password": "x", "display_name": "x"}, token=None)
    for slug in ("a-" * 31 + "A", "-" * 63, "a" * 63 + "!", "a" + "-a" * 400):
        target.refused((400,), "POST", "/companies", {"name": "x", "slug": slug})
    for when in ("9" * 40, "2026-01-31T12:00:00." + "9" * 19 + "x", "-" * 40, "2026-13-45T99:99:99Z"):
        target.refused((400,), "GET", f"/companies/{target.world.place['companies']}/audit?since={when}")


ALL = [injections, bodies, long_texts, yaml_bombs]
