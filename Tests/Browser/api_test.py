"""Acceptance tests of the page of `wfctl api --serve` in a real browser.

    pip install -r Tests/Browser/requirements.txt
    WORKFLOW_BINARIES=.build/debug pytest Tests/Browser/api_test.py

Environment:
    WORKFLOW_BINARIES  the folder with wfctl and wfserver
    CHROMIUM           the browser to drive (default /usr/bin/chromium)
    SCREENSHOT_DIR     if set, pictures of the page are written there

Each test has an application, a page and a browser context of its own. A test
fails if the page logs an error, or asks for anything from another place than
the one that it was loaded from. Nothing sleeps: every wait is for a condition.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

BINARIES = Path(os.environ["WORKFLOW_BINARIES"]).resolve()
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SCREENSHOT_DIR = os.environ.get("SCREENSHOT_DIR")

APPLICATION = """
name: Parcels
description: Says where parcels are.
modules:
  - {name: web, type: http.server, config: {address: "127.0.0.1:0"}}
  - {name: router, type: http.router}
  - {name: parcels, type: api.handler, config: {resourceName: parcels, workflowType: parcel}}
  - {name: engine, type: statemachine.engine}
workflows:
  http:
    routes:
      - {method: "GET, POST", path: /parcels, handler: parcels}
      - {method: GET, path: "/parcels/{id}", handler: parcels}
      - {method: PUT, path: "/parcels/{id}/transition", handler: parcels}
      - {method: GET, path: "/a/path/that/is/long/enough/to/need/more/room/than/a/telephone/has", handler: parcels}
  statemachine:
    definitions:
      - name: parcel
        initialState: packed
        states: {packed: {}, sent: {isFinal: true}}
        transitions: {send: {fromState: packed, toState: sent}}
"""


class Command:
    """A program that runs, and what it has printed."""

    def __init__(self, *arguments, cwd):
        self.process = subprocess.Popen(
            arguments, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def wait_for(self, pattern):
        for line in self.process.stdout:
            found = re.search(pattern, line)
            if found:
                return found.group(1)
        raise AssertionError(f"{self.process.args} has ended without {pattern}")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


class APIPage:
    """The page, and what people do with it."""

    def __init__(self, page, url, server):
        self.page = page
        self.url = url
        self.server = server
        self.problems = []
        self.expected_statuses = set()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.route("**/*", self._on_request)

    def _on_console(self, message):
        status = re.search(r"status of (\d{3})", message.text)
        if message.type == "error" and not (status and int(status.group(1)) in self.expected_statuses):
            self.problems.append(message.text)

    def _on_request(self, route):
        if route.request.url.startswith((self.url, "data:")):
            return route.continue_()
        self.problems.append(f"asks for {route.request.url}")
        return route.abort()

    def open(self):
        self.page.goto(self.url)
        expect(self.page.get_by_role("heading", name="Parcels", exact=True)).to_be_visible()

    def operation(self, name):
        return self.page.locator("#operations").get_by_role("button", name=name, exact=True)

    def send(self):
        self.page.get_by_role("button", name="Send", exact=True).click()

    def expect_answer(self, status):
        expect(self.page.locator(".status strong")).to_have_text(re.compile(rf"^{status}\b"))

    def screenshot(self, name):
        if SCREENSHOT_DIR:
            folder = Path(SCREENSHOT_DIR)
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(folder / f"{name}.png"), full_page=True)

    def expect_no_sideways_scroll(self):
        overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"the page scrolls sideways by {overflow}px"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def api(browser, tmp_path, request):
    (tmp_path / "app.yaml").write_text(APPLICATION)
    server = Command(
        BINARIES / "wfserver", "run", "app.yaml", "--state", "none", "--management-address", "none", cwd=tmp_path)
    commands = [server]
    try:
        target = server.wait_for(r"(http://127\.0\.0\.1:\d+)")
        commands.append(Command(BINARIES / "wfctl", "api", "app.yaml", "--serve", "0", "--to", target, cwd=tmp_path))
        url = commands[-1].wait_for(r"(http://127\.0\.0\.1:\d+/)")
        context = browser.new_context(**getattr(request, "param", {}))
        context.set_default_timeout(30_000)
        api = APIPage(context.new_page(), url, server)
        yield api
        context.close()
        assert not api.problems
    finally:
        for command in commands:
            command.stop()


def test_operations_are_listed_and_found(api):
    api.open()
    expect(api.page.locator("#operations button")).to_have_count(5)
    expect(api.page.locator("#about")).to_have_text("Says where parcels are.")
    api.screenshot("api-operations")
    api.page.fill("#filter", "transition")
    expect(api.page.locator("#operations button")).to_have_count(1)
    api.page.fill("#filter", "nothing like it")
    expect(api.page.get_by_text("Nothing of this name.")).to_be_visible()


def test_a_request_is_sent_and_its_answer_shown(api):
    api.open()
    api.operation("POST /parcels").click()
    api.page.fill("#body", '{"id": "p1", "to": "Ada"}')
    api.send()
    api.expect_answer(201)
    expect(api.page.locator("#answer")).to_contain_text('"state": "packed"')
    api.screenshot("api-answer")
    api.operation("GET /parcels/{id}").click()
    api.page.fill("#parameter-path-id", "p1")
    api.send()
    api.expect_answer(200)
    expect(api.page.locator("#answer")).to_contain_text('"to": "Ada"')
    api.page.get_by_text("As a curl command").click()
    expect(api.page.locator("form details pre").first).to_contain_text("/parcels/p1'")


def test_what_goes_wrong_is_told(api):
    api.open()
    api.operation("GET /parcels/{id}").click()
    api.send()
    expect(api.page.locator("#parameter-path-id:invalid")).to_be_visible()
    expect(api.page.locator(".status")).to_have_count(0)
    api.page.fill("#parameter-path-id", "nobody")
    api.send()
    api.expect_answer(404)
    api.server.stop()
    api.expected_statuses.add(502)
    api.send()
    expect(api.page.locator(".problem")).to_contain_text("No server answers at http://127.0.0.1:")
    api.screenshot("api-no-server")
    expect(api.page.get_by_role("button", name="Send", exact=True)).to_be_enabled()


@pytest.mark.parametrize("api", [{"viewport": {"width": 360, "height": 740}}], indirect=True)
def test_a_telephone_is_wide_enough(api):
    api.open()
    api.expect_no_sideways_scroll()
    api.operation("POST /parcels").click()
    api.page.fill("#body", '{"id": "p1", "to": "' + "x" * 120 + '"}')
    api.send()
    api.expect_answer(201)
    for summary in api.page.locator("main summary").all():
        summary.click()
    api.expect_no_sideways_scroll()
    api.screenshot("api-telephone")
