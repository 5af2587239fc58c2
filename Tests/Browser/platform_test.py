"""Acceptance tests of the pages of the platform in a real browser.

    pip install -r Tests/Browser/requirements.txt
    WORKFLOW_BINARIES=.build/debug pytest Tests/Browser/platform_test.py

Environment:
    WORKFLOW_BINARIES  the folder with wfserver
    CHROMIUM           the browser to drive (default /usr/bin/chromium)
    SCREENSHOT_DIR     if set, pictures of the pages are written there

Each test has a platform, a page and a browser context of its own. A test fails
if the page logs an error, asks for anything from another place than the one
that it was loaded from, or leaves a token in the address or in the storage of
the browser. Nothing sleeps: every wait is for a condition.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

BINARIES = Path(os.environ["WORKFLOW_BINARIES"]).resolve()
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SCREENSHOT_DIR = os.environ.get("SCREENSHOT_DIR")
PROVIDER = Path(__file__).resolve().parent.parent / "Services" / "oidc_provider.py"

OWNER, PASSWORD = "ada@acme.example", "correct horse battery"
# A sign-in hashes a password, which takes a while on a machine that is busy.
expect.set_options(timeout=30_000)
TELEPHONE = {"viewport": {"width": 360, "height": 740}}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Program:
    """A program that runs, and what it has printed."""

    def __init__(self, *arguments, cwd):
        self.process = subprocess.Popen(
            arguments, cwd=cwd, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def wait_for(self, pattern):
        for line in self.process.stdout:
            found = re.search(pattern, line)
            if found:
                return found.group(1)
        raise AssertionError(f"{self.process.args} has ended without {pattern}")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


class Platform:
    """A platform with a company, and a person's browser."""

    def __init__(self, folder, *options):
        self.url = f"http://127.0.0.1:{free_port()}"
        self.server = Program(
            BINARIES / "wfserver", "platform", "--state", "data", "--address", self.url.removeprefix("http://"),
            "--workflows-address", "127.0.0.1:0", "--registration", "open", *options, cwd=folder)
        setup = self.server.wait_for(r"(wfs_\S+)")
        self.token = self.send("POST", "/setup", {
            "token": setup, "email": OWNER, "password": PASSWORD, "display_name": "Ada", "company_name": "Acme",
        })["access_token"]
        self.company = self.send("GET", "/companies", token=self.token)[0]["id"]

    def send(self, method, path, body=None, token=None):
        status, answer = self.ask(method, path, body, token)
        assert status < 300, f"{method} {path}: {status} {answer}"
        return answer.get("data")

    def ask(self, method, path, body=None, token=None):
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        request = urllib.request.Request(
            f"{self.url}/api/v1{path}", method=method, headers=headers,
            data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def login(self, email, password=PASSWORD):
        return self.ask("POST", "/auth/login", {"email": email, "password": password})[0]

    def link(self, page):
        """The link to a page in the next e-mail."""
        return self.server.wait_for(rf"(http://\S+/{page}#token=\S+)")

    def invite(self, email, role="editor"):
        self.send(
            "POST", f"/companies/{self.company}/invitations", {"email": email, "role": role}, self.token)
        return self.link("invitation")

    def begin_device(self):
        return self.send("POST", "/auth/device", {"client_name": "wfctl on a laptop"})

    def finish_device(self, device):
        return self.ask("POST", "/auth/device/token", {"device_code": device["device_code"]})

    def add_second_factor(self):
        """Makes one, and returns the recovery codes."""
        secret = self.send("POST", "/auth/totp", {"password": PASSWORD}, self.token)["secret"]
        key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
        offset = digest[-1] & 15
        code = (struct.unpack(">I", digest[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000
        return self.send("POST", "/auth/totp/confirm", {"code": f"{code:06}"}, self.token)["recovery_codes"]


class Person:
    """A page, and what people do with it."""

    def __init__(self, page, origins):
        self.page = page
        self.origins = origins
        self.problems = []
        self.expected_statuses = set()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.route("**/*", self._on_request)

    def _on_console(self, message):
        # What a provider's own page asks for is its affair; what ours asks for elsewhere is noted as a request.
        if not message.location["url"].startswith(self.origins[0]):
            return
        status = re.search(r"status of (\d{3})", message.text)
        if message.type in ("error", "warning") and not (status and int(status.group(1)) in self.expected_statuses):
            self.problems.append(message.text)

    def _on_request(self, route):
        if route.request.url.startswith((*self.origins, "data:")):
            return route.continue_()
        if route.request.frame.url.startswith(self.origins[0]):
            self.problems.append(f"asks for {route.request.url}")
        return route.abort()

    def heading(self, text):
        return self.page.get_by_role("heading", name=text, exact=True)

    def expect(self, heading):
        expect(self.heading(heading)).to_be_visible()

    def expect_problem(self, text):
        expect(self.page.get_by_role("alert")).to_contain_text(text)

    def field(self, label):
        """The field with a label, among those of the step that is shown."""
        return self.page.get_by_label(label, exact=True).and_(self.page.locator(":visible"))

    def fill(self, **values):
        for label, value in values.items():
            self.field(label.replace("_", " ")).fill(value)

    def click(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def sign_in(self, email=OWNER, password=PASSWORD):
        self.field("E-mail address").fill(email)
        self.field("Password").fill(password)
        self.click("Sign in")

    def expect_nothing_kept(self):
        assert "token" not in self.page.url and "#" not in self.page.url
        assert self.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]

    def picture(self, name):
        """Looks whether the page fits, and takes a picture of it."""
        overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"the page scrolls sideways by {overflow}px"
        if SCREENSHOT_DIR:
            folder = Path(SCREENSHOT_DIR)
            folder.mkdir(parents=True, exist_ok=True)
            width = self.page.viewport_size["width"]
            scheme = "dark" if self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
            self.page.screenshot(path=str(folder / f"platform-{name}-{width}-{scheme}.png"), full_page=True)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def platform(tmp_path):
    platform = Platform(tmp_path)
    yield platform
    platform.server.stop()


@pytest.fixture
def open_page(browser):
    """Makes pages; nothing may be wrong with them in the end."""
    people = []

    def open_page(*origins, **options):
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 800}, **options})
        context.set_default_timeout(30_000)
        people.append(Person(context.new_page(), origins))
        return people[-1]

    yield open_page
    for person in people:
        problems = person.problems
        person.page.context.close()
        assert not problems


@pytest.mark.parametrize("options", [{}, TELEPHONE, {"color_scheme": "dark"}, {**TELEPHONE, "color_scheme": "dark"}])
def test_a_device_is_let_in(platform, open_page, options):
    person, device = open_page(platform.url, **options), platform.begin_device()
    person.page.goto(device["verification_uri_complete"])
    expect(person.field("Code")).to_have_value(device["user_code"])
    person.picture("device-code")
    person.click("Continue")
    person.expected_statuses.add(401)
    person.sign_in(password="not the password")
    person.expect_problem("The e-mail address or the password is wrong.")
    person.picture("device-wrong-password")
    person.sign_in()
    person.expect("Let this device in?")
    expect(person.page.locator("#device-name")).to_have_text("wfctl on a laptop")
    expect(person.page.locator("#account")).to_have_text(OWNER)
    expect(person.heading("Let this device in?")).to_be_focused()
    person.picture("device-decide")
    assert platform.finish_device(device)[1]["error"] == "authorization_pending"
    person.click("Let it in")
    person.expect("The device is signed in")
    person.picture("device-allowed")
    person.expect_nothing_kept()
    status, answer = platform.finish_device(device)
    assert status == 200
    assert platform.send("GET", "/auth/me", token=answer["data"]["access_token"])["email"] == OWNER


def test_a_device_is_refused_with_the_keyboard_alone(platform, open_page):
    person, device = open_page(platform.url), platform.begin_device()
    person.page.goto(device["verification_uri"])
    expect(person.field("Code")).to_be_focused()
    for keys in ("bcdf ghjk", "Enter"):
        person.page.keyboard.press(keys) if keys == "Enter" else person.page.keyboard.type(keys)
    expect(person.field("E-mail address")).to_be_focused()
    person.page.keyboard.type(OWNER)
    person.page.keyboard.press("Tab")
    person.page.keyboard.type(PASSWORD)
    person.expected_statuses.add(404)
    person.page.keyboard.press("Enter")
    person.expect_problem("No device waits with this code")
    expect(person.field("Code")).to_be_focused()
    person.field("Code").fill(device["user_code"].lower())
    person.page.keyboard.press("Enter")
    person.expect("Let this device in?")
    for key in ("Tab", "Tab", "Enter"):
        person.page.keyboard.press(key)
    person.expect("The device was refused")
    person.expect_nothing_kept()
    assert platform.finish_device(device)[1]["error"] == "access_denied"


def test_a_second_factor_is_asked_for(platform, open_page):
    codes = platform.add_second_factor()
    person, device = open_page(platform.url, **TELEPHONE), platform.begin_device()
    person.page.goto(device["verification_uri_complete"])
    person.click("Continue")
    person.expected_statuses.add(401)
    person.sign_in()
    person.expect("Second factor")
    person.fill(Code="000000")
    person.picture("second-factor")
    person.click("Continue")
    person.expect_problem("The code is wrong.")
    person.fill(Code=codes[0])
    person.click("Continue")
    person.expect("Let this device in?")


@pytest.mark.parametrize("options", [{}, TELEPHONE, {**TELEPHONE, "color_scheme": "dark"}])
def test_somebody_new_joins(platform, open_page, options):
    link, person = platform.invite("vera@acme.example"), open_page(platform.url, **options)
    person.page.goto(link)
    person.expect("Join Acme")
    expect(person.page.locator("#role")).to_have_text("editor")
    person.fill(Your_name="Vera", Password="short")
    person.expected_statuses.add(400)
    person.click("Accept the invitation")
    person.expect_problem("A password must have at least 10 characters.")
    person.field("Show the password").check()
    person.fill(Password="another long password")
    person.picture("invitation-new")
    person.click("Accept the invitation")
    person.expect("Welcome")
    person.picture("invitation-joined")
    expect(person.page.locator("#command")).to_have_text(f"wfctl login {platform.url}")
    person.expect_nothing_kept()
    assert platform.login("vera@acme.example", "another long password") == 200
    person.expected_statuses.add(403)
    # The same address with another fragment is the same page to the browser.
    person.page.goto("about:blank")
    person.page.goto(link)
    person.expect_problem("The invitation does not work")
    person.picture("invitation-used")


def test_somebody_with_an_account_joins(platform, open_page):
    platform.send("POST", "/auth/register", {
        "email": "vera@acme.example", "password": PASSWORD, "display_name": "Vera"})
    link, person = platform.invite("vera@acme.example", "viewer"), open_page(platform.url)
    person.page.goto(link)
    person.expect("Join Acme")
    expect(person.field("E-mail address")).to_have_value("vera@acme.example")
    expect(person.field("E-mail address")).not_to_be_editable()
    person.picture("invitation-known")
    person.field("Password").fill(PASSWORD)
    person.click("Sign in")
    person.expect("Welcome")
    person.expect_nothing_kept()
    members = platform.send("GET", f"/companies/{platform.company}/members", token=platform.token)
    assert ("vera@acme.example", "viewer") in [(member["email"], member["role"]) for member in members]


def test_a_link_that_is_not_complete_is_told(platform, open_page):
    for path in ("invitation", "verify-email", "reset-password"):
        person = open_page(platform.url)
        person.page.goto(f"{platform.url}/{path}")
        person.expect_problem("This link is not complete.")


def test_an_address_is_confirmed(platform, open_page):
    account = platform.send("POST", "/auth/register", {
        "email": "vera@acme.example", "password": PASSWORD, "display_name": "Vera"})
    link, person = platform.link("verify-email"), open_page(platform.url, **TELEPHONE)
    person.page.goto(link)
    # Looking at it, as programs that check e-mails do, confirms nothing.
    person.picture("verify-email")
    token = account["access_token"]
    assert platform.send("GET", "/auth/me", token=token)["email_verified"] is False
    person.click("Confirm")
    person.expect("The address is confirmed")
    person.expect_nothing_kept()
    assert platform.send("GET", "/auth/me", token=token)["email_verified"] is True


@pytest.mark.parametrize("options", [{}, TELEPHONE])
def test_a_password_is_set_anew(platform, open_page, options):
    person = open_page(platform.url, **options)
    person.page.goto(f"{platform.url}/forgot-password")
    person.field("E-mail address").fill(OWNER)
    person.picture("forgot-password")
    person.click("Send the e-mail")
    person.expect("Look into your mailbox")
    person.page.goto(platform.link("reset-password"))
    person.field("New password").fill("staple battery horse")
    person.picture("reset-password")
    person.click("Set the password")
    person.expect("The new password is set")
    person.expect_nothing_kept()
    assert platform.login(OWNER) == 401
    assert platform.login(OWNER, "staple battery horse") == 200


@pytest.fixture
def provider(tmp_path):
    port = free_port()
    program = Program(sys.executable, PROVIDER, str(port), cwd=tmp_path)
    url = f"http://127.0.0.1:{port}"
    while program.process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/.well-known/openid-configuration").close()
            break
        except OSError:
            continue
    yield url
    program.process.stdin.close()
    program.process.wait(timeout=30)


def test_somebody_signs_in_at_a_provider(tmp_path, open_page, provider):
    claims = json.dumps({"email": OWNER, "email_verified": True, "name": "Ada"}).encode()
    urllib.request.urlopen(urllib.request.Request(
        f"{provider}/users/ada", data=claims, method="PUT", headers={"content-type": "application/json"})).close()
    file = tmp_path / "sso.json"
    file.write_text(json.dumps({"providers": [
        {"name": "acme", "type": "oidc", "issuer": provider, "client_id": "platform", "client_secret": "secret"}]}))
    file.chmod(0o600)
    platform = Platform(tmp_path, "--sso-providers", "sso.json")
    try:
        person, device = open_page(platform.url, provider), platform.begin_device()
        person.page.goto(device["verification_uri_complete"])
        person.click("Continue")
        expect(person.page.get_by_role("button", name="Continue with acme")).to_be_visible()
        person.picture("device-providers")
        person.click("Continue with acme")
        person.page.locator("input[name=sub]").fill("ada")
        person.page.locator("button[type=submit], input[type=submit]").first.click()
        person.expect("Let this device in?")
        expect(person.page.locator("#account")).to_have_text(OWNER)
        person.expect_nothing_kept()
        person.click("Let it in")
        person.expect("The device is signed in")
        assert platform.finish_device(device)[0] == 200
    finally:
        platform.server.stop()
