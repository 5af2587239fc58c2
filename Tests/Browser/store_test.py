"""Acceptance tests of the example store in a real browser.

Start the store (Examples/store) first, then:

    pip install -r Tests/Browser/requirements.txt
    pytest Tests/Browser/store_test.py

Environment:
    BASE_URL        where the store runs (default http://localhost:8080)
    CHROMIUM        the browser to drive (default /usr/bin/chromium)
    SCREENSHOT_DIR  if set, pictures of the main pages are written there

Every test has a browser context of its own (nothing stored, nobody signed in)
and fails if the page logs an error. Nothing sleeps: every wait is for a
condition.
"""

import os
import re
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

BASE_URL = os.environ.get("BASE_URL", "http://localhost:8080").rstrip("/")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SCREENSHOT_DIR = os.environ.get("SCREENSHOT_DIR")

PIPELINE_TIMEOUT = 60_000  # an order's whole journey, in milliseconds
PASSWORD = "correct horse battery"
PRODUCTS = [
    "Mechanical Keyboard", "Wireless Mouse", "USB-C Hub", "Laptop Stand",
    "Desk Mat", "Cable Management Kit", "Monitor Light Bar", "IDE License Pro",
]
HAPPY_PATH = ["new", "validating", "validated", "paying", "paid", "shipping", "shipped", "delivered"]
GOOD_ZIP, DECLINED_ZIP, UNSERVED_ZIP = "97201", "00000", "99999"


class Store:
    """One visitor: a page, and the things people do in a shop."""

    def __init__(self, page):
        self.page = page
        self.email = f"{uuid.uuid4().hex[:12]}@example.com"
        self.problems = []
        self.expected_statuses = set()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))

    def _on_console(self, message):
        if message.type != "error":
            return
        # The browser itself logs answers such as 401. A test that provokes one
        # says so with `expect_status`.
        status = re.search(r"status of (\d{3})", message.text)
        if status and int(status.group(1)) in self.expected_statuses:
            return
        self.problems.append(message.text)

    def expect_status(self, status):
        self.expected_statuses.add(status)

    # Places

    def open(self, route="#/"):
        self.page.goto(f"{BASE_URL}/{route}")

    def open_catalogue(self):
        self.open("#/")
        expect(self.page.locator(".product-card").first).to_be_visible()

    def heading(self, text):
        return self.page.get_by_role("heading", name=text, exact=True)

    def nav(self, label):
        return self.page.get_by_role("navigation", name="Main").get_by_role("link", name=label)

    def toast(self, text):
        return self.page.locator(".toast", has_text=text)

    def screenshot(self, name):
        if SCREENSHOT_DIR:
            folder = Path(SCREENSHOT_DIR)
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(folder / f"{name}.png"), full_page=True)

    # Deeds

    def fill_registration(self, name="Ada Example", email=None, password=PASSWORD):
        self.page.fill("#name", name)
        self.page.fill("#email", email or self.email)
        self.page.fill("#password", password)
        self.page.get_by_role("button", name="Create account").click()

    def register(self, name="Ada Example"):
        self.open("#/register")
        self.fill_registration(name)
        expect(self.toast("Account created! Welcome!")).to_be_visible()
        expect(self.nav("Orders")).to_be_visible()

    def sign_in(self, email=None, password=PASSWORD):
        self.page.fill("#email", email or self.email)
        self.page.fill("#password", password)
        self.page.get_by_role("button", name="Sign in").click()

    def log_out(self):
        self.page.locator("#logout-btn").click()
        expect(self.nav("Login")).to_be_visible()

    def add_to_cart(self, *names):
        self.open_catalogue()
        for name in names:
            self.page.get_by_role("button", name=f"Add to cart {name}", exact=True).click()

    def fill_address(self, zip_code):
        self.page.fill("#address", "12 Harbor Lane")
        self.page.fill("#city", "Portland")
        self.page.fill("#state", "OR")
        self.page.fill("#zip", zip_code)

    def check_out(self, zip_code=GOOD_ZIP):
        """From a filled cart to the page of the new order; answers its id."""
        self.open("#/checkout")
        expect(self.heading("Checkout")).to_be_visible()
        self.fill_address(zip_code)
        self.page.get_by_role("button", name="Place order").click()
        expect(self.page).to_have_url(re.compile(r"#/orders/\w+"))
        expect(self.toast("Order placed successfully!")).to_be_visible()
        return self.page.url.rsplit("/", 1)[1]

    def expect_state(self, state, timeout=PIPELINE_TIMEOUT):
        expect(self.page.locator(f".order-status[data-state='{state}']")).to_be_visible(timeout=timeout)

    def step(self, state):
        return self.page.locator(f".timeline [data-state='{state}']")

    def expect_no_sideways_scroll(self):
        overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{self.page.url} scrolls sideways by {overflow}px"


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield browser
        browser.close()


@pytest.fixture
def new_store(browser):
    """Opens as many separate visitors as a test needs."""
    contexts, stores = [], []

    def make(**options):
        options.setdefault("viewport", {"width": 1280, "height": 860})
        context = browser.new_context(**options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        stores.append(Store(context.new_page()))
        return stores[-1]

    yield make
    problems = [problem for store in stores for problem in store.problems]
    for context in contexts:
        context.close()
    assert problems == [], f"the page logged errors: {problems}"


@pytest.fixture
def store(new_store):
    return new_store()


# Accounts


def test_sign_up_signs_in(store):
    store.register()
    expect(store.nav("Profile")).to_be_visible()
    expect(store.nav("Login")).to_have_count(0)


@pytest.mark.parametrize("email, password, message", [
    ("not-an-address", PASSWORD, "This does not look like an e-mail address."),
    ("ada@example.com", "short", "Use at least 8 characters."),
])
def test_sign_up_checks_what_is_typed(store, email, password, message):
    store.open("#/register")
    store.fill_registration(email=email, password=password)
    expect(store.page.get_by_text(message, exact=True)).to_be_visible()
    expect(store.page).to_have_url(re.compile("#/register$"))
    assert store.page.evaluate("localStorage.getItem('token')") is None


def test_an_address_can_be_used_once(store):
    store.expect_status(409)
    store.register()
    store.log_out()
    store.open("#/register")
    store.fill_registration()
    expect(store.page.locator(".toast-error")).to_contain_text("already registered")


def test_login(store):
    store.register()
    store.log_out()
    store.open("#/login")
    expect(store.heading("Welcome back")).to_be_visible()
    store.screenshot("login")
    store.sign_in()
    expect(store.toast("Welcome back!")).to_be_visible()
    expect(store.nav("Orders")).to_be_visible()


def test_wrong_password_is_refused(store):
    store.expect_status(401)
    store.register()
    store.log_out()
    store.open("#/login")
    store.sign_in(password="not the password")
    expect(store.page.locator(".toast-error")).to_contain_text("invalid credentials")
    expect(store.nav("Login")).to_be_visible()


def test_logout(store):
    store.register()
    store.log_out()
    expect(store.nav("Orders")).to_have_count(0)
    assert store.page.evaluate("localStorage.getItem('token')") is None


def test_profile_can_be_changed(store):
    store.register(name="Ada Example")
    store.nav("Profile").click()
    expect(store.page.locator("#profile-form")).to_be_visible()
    expect(store.page.locator("#name")).to_have_value("Ada Example")
    store.page.fill("#name", "Ada <b>Changed</b>")
    store.page.get_by_role("button", name="Save changes").click()
    expect(store.toast("Profile updated")).to_be_visible()
    # Kept by the server, and shown as text whatever it contains.
    store.page.reload()
    expect(store.page.locator("#name")).to_have_value("Ada <b>Changed</b>")
    expect(store.page.get_by_text("Ada <b>Changed</b>")).to_be_visible()


# Catalogue


def test_catalogue_shows_every_product(store):
    store.open_catalogue()
    expect(store.heading("Products")).to_be_visible()
    expect(store.page.locator(".product-card")).to_have_count(len(PRODUCTS))
    for name in PRODUCTS:
        expect(store.page.get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(store.page.get_by_text("$149.99")).to_be_visible()
    store.screenshot("catalogue")


def test_search_and_category_narrow_the_catalogue(store):
    store.open_catalogue()
    cards = store.page.locator(".product-card")
    store.page.get_by_role("button", name="Software", exact=True).click()
    expect(cards).to_have_count(1)
    store.page.get_by_role("button", name="All", exact=True).click()
    store.page.get_by_label("Search").fill("keyboard")
    expect(cards).to_have_count(1)
    expect(cards).to_contain_text("Mechanical Keyboard")
    store.page.get_by_label("Search").fill("no such thing")
    expect(store.heading("No match")).to_be_visible()


def test_product_page(store):
    store.open_catalogue()
    store.page.get_by_role("link", name="Mechanical Keyboard", exact=True).click()
    expect(store.page).to_have_url(re.compile("#/product/prod-001$"))
    expect(store.heading("Mechanical Keyboard")).to_be_visible()
    expect(store.page.get_by_text("$149.99")).to_be_visible()
    expect(store.page.get_by_text("50 units in stock")).to_be_visible()
    expect(store.page.locator(".product-category")).to_have_text("Electronics")
    expect(store.page.locator(".product-description")).to_contain_text("hot-swappable")
    store.screenshot("product")
    store.page.get_by_role("link", name="Back to products").click()
    expect(store.heading("Products")).to_be_visible()


def test_unknown_pages_say_so(store):
    store.open("#/nowhere")
    expect(store.heading("Nothing here")).to_be_visible()
    store.expect_status(404)
    store.open("#/product/does-not-exist")
    expect(store.heading("Nothing here")).to_be_visible()


# Cart


def test_cart_quantities_and_totals(store):
    store.add_to_cart("Mechanical Keyboard")
    expect(store.nav("Cart")).to_have_text("Cart 1")
    store.nav("Cart").click()
    item = store.page.locator(".cart-item")
    total = store.page.locator(".cart-total dd")
    expect(item.locator(".cart-item-total")).to_have_text("$149.99")
    expect(total).to_have_text("$149.99")

    store.page.get_by_role("button", name="Increase quantity of Mechanical Keyboard").click()
    expect(item.locator(".cart-item-total")).to_have_text("$299.98")
    expect(total).to_have_text("$299.98")
    expect(store.nav("Cart")).to_have_text("Cart 2")

    store.page.get_by_role("button", name="Decrease quantity of Mechanical Keyboard").click()
    expect(item.locator(".cart-item-total")).to_have_text("$149.99")
    expect(total).to_have_text("$149.99")


def test_cart_survives_a_reload_and_items_can_be_removed(store):
    store.add_to_cart("Mechanical Keyboard", "Wireless Mouse")
    store.open("#/cart")
    store.page.reload()
    items = store.page.locator(".cart-item")
    expect(items).to_have_count(2)
    expect(items.nth(0)).to_contain_text("Mechanical Keyboard")
    expect(items.nth(1)).to_contain_text("Wireless Mouse")
    expect(store.page.locator(".cart-total dd")).to_have_text("$199.98")
    store.screenshot("cart")
    store.page.get_by_role("button", name="Remove Wireless Mouse").click()
    expect(items).to_have_count(1)
    expect(store.page.locator(".cart-total dd")).to_have_text("$149.99")
    store.page.get_by_role("button", name="Remove Mechanical Keyboard").click()
    expect(store.heading("Your cart is empty")).to_be_visible()


def test_empty_cart_says_so(store):
    store.open("#/cart")
    expect(store.heading("Your cart is empty")).to_be_visible()
    expect(store.page.locator("#cart-badge")).to_be_hidden()


# Orders


def test_order_is_delivered_before_your_eyes(store):
    store.register()
    store.add_to_cart("Mechanical Keyboard", "Desk Mat")
    # Adding the product again on its page makes it two.
    store.open("#/product/prod-001")
    store.page.locator(".buy").get_by_role("button", name="Add to cart").click()
    store.check_out()
    store.page.evaluate("window.samePage = true")

    expect(store.page.get_by_role("heading", name="Order #")).to_be_visible()
    expect(store.page.locator(".order-status")).to_be_visible()
    expect(store.page.locator(".timeline > li")).to_have_count(len(HAPPY_PATH))
    store.expect_state("delivered")
    for state in HAPPY_PATH:
        expect(store.step(state)).to_have_attribute("data-status", "done")

    # Nothing was reloaded on the way, and everything the workflow learned shows.
    assert store.page.evaluate("window.samePage") is True
    expect(store.page.locator(".order-total dd")).to_have_text("$334.97")
    expect(store.page.get_by_text("12 Harbor Lane")).to_be_visible()
    expect(store.page.get_by_text("Portland, OR 97201")).to_be_visible()
    expect(store.page.get_by_text("Card ending in 4242")).to_be_visible()
    expect(store.page.locator("[data-field=transaction]")).not_to_be_empty()
    expect(store.page.locator("[data-field=tracking]")).not_to_be_empty()
    expect(store.page.locator(".order-action")).to_have_count(0)
    expect(store.page.locator("#cart-badge")).to_be_hidden()
    store.screenshot("order-delivered")

    # The same after a reload: it came from the server.
    store.page.reload()
    store.expect_state("delivered")
    expect(store.step("delivered")).to_have_attribute("data-status", "done")


def test_declined_payment_offers_a_retry(store):
    store.register()
    store.add_to_cart("Wireless Mouse")
    store.check_out(DECLINED_ZIP)
    store.expect_state("payment_failed")
    expect(store.step("payment_failed")).to_have_attribute("data-status", "error")
    expect(store.step("paying")).to_have_attribute("data-status", "done")
    expect(store.step("paid")).to_have_attribute("data-status", "todo")
    expect(store.page.get_by_role("alert")).to_contain_text("declined")
    store.screenshot("order-payment-failed")

    # The card stays empty, so trying again ends in the same place.
    with store.page.expect_response(re.compile(r"/api/orders/[^/]+/transition$")) as answer:
        store.page.get_by_role("button", name="Retry payment").click()
    assert answer.value.ok
    assert answer.value.request.post_data_json == {"transition": "retry_payment"}
    store.expect_state("payment_failed")
    expect(store.page.get_by_role("button", name="Retry payment")).to_be_enabled()


def test_refused_shipment_offers_a_retry(store):
    store.register()
    store.add_to_cart("Wireless Mouse")
    store.check_out(UNSERVED_ZIP)
    store.expect_state("ship_failed")
    expect(store.step("ship_failed")).to_have_attribute("data-status", "error")
    expect(store.step("paid")).to_have_attribute("data-status", "done")
    expect(store.page.get_by_role("button", name="Retry shipping")).to_be_visible()


def test_order_history_lists_the_order(store):
    store.register()
    store.add_to_cart("USB-C Hub")
    order = store.check_out()
    store.expect_state("delivered")
    store.page.get_by_role("link", name="All orders").click()
    card = store.page.locator(".order-card")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("Order #")
    expect(card).to_contain_text("$79.99")
    expect(card).to_contain_text("Delivered")
    store.screenshot("orders")
    card.click()
    expect(store.page).to_have_url(re.compile(f"#/orders/{re.escape(order)}$"))


def test_orders_belong_to_their_customer(new_store):
    first = new_store()
    first.register()
    first.add_to_cart("Desk Mat")
    order = first.check_out()
    first.expect_state("delivered")

    second = new_store()
    second.register(name="Grace Example")
    second.nav("Orders").click()
    expect(second.heading("No orders yet")).to_be_visible()
    expect(second.page.locator(".order-card")).to_have_count(0)
    # Nor by knowing the number.
    second.expect_status(404)
    second.open(f"#/orders/{order}")
    expect(second.heading("Nothing here")).to_be_visible()


# Guards


@pytest.mark.parametrize("route", ["#/orders", "#/checkout", "#/profile"])
def test_guarded_pages_ask_to_sign_in(store, route):
    store.open(route)
    expect(store.heading("Welcome back")).to_be_visible()
    expect(store.page).to_have_url(re.compile("#/login$"))
    assert store.page.evaluate("localStorage.getItem('redirect_after_login')") == route


def test_checkout_continues_after_signing_up(store):
    store.add_to_cart("Mechanical Keyboard")
    store.open("#/cart")
    store.page.get_by_role("link", name="Checkout").click()
    expect(store.heading("Welcome back")).to_be_visible()
    store.page.get_by_role("link", name="Create an account").click()
    store.fill_registration()
    expect(store.heading("Checkout")).to_be_visible()
    expect(store.nav("Cart")).to_have_text("Cart 1")
    store.screenshot("checkout")


def test_a_rejected_token_leads_to_the_login_page(store):
    store.expect_status(401)
    store.open_catalogue()
    store.page.evaluate("localStorage.setItem('token', 'not.a.token')")
    store.open("#/orders")
    expect(store.heading("Welcome back")).to_be_visible()
    expect(store.page.locator(".toast-error")).to_be_visible()
    assert store.page.evaluate("localStorage.getItem('token')") is None


# Looks and access


def test_theme_follows_the_system_and_remembers_a_choice(new_store):
    store = new_store(color_scheme="dark")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    store.open_catalogue()
    dark = store.page.evaluate(background)
    store.screenshot("catalogue-dark")
    store.page.get_by_role("button", name="Switch to light theme").click()
    light = store.page.evaluate(background)
    assert light != dark
    store.page.reload()
    expect(store.page.get_by_role("button", name="Switch to dark theme")).to_be_visible()
    assert store.page.evaluate(background) == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_sideways_on_the_smallest_phone(new_store, scheme):
    store = new_store(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    pages = {
        "#/": ".product-card",
        "#/product/prod-001": ".product-info",
        "#/cart": ".empty",
        "#/login": "#login-form",
        "#/register": "#register-form",
    }
    for route, landmark in pages.items():
        store.open(route)
        expect(store.page.locator(landmark).first).to_be_visible()
        store.expect_no_sideways_scroll()

    store.register(name="A Customer With A Rather Long Name Indeed")
    store.add_to_cart(*PRODUCTS)
    store.open("#/cart")
    expect(store.page.locator(".cart-item")).to_have_count(len(PRODUCTS))
    store.expect_no_sideways_scroll()
    store.open("#/checkout")
    expect(store.heading("Checkout")).to_be_visible()
    store.expect_no_sideways_scroll()
    store.check_out()
    store.expect_state("delivered")
    store.expect_no_sideways_scroll()
    store.screenshot(f"order-320-{scheme}")
    store.open("#/orders")
    expect(store.page.locator(".order-card")).to_have_count(1)
    store.expect_no_sideways_scroll()
    store.open("#/profile")
    expect(store.page.locator("#profile-form")).to_be_visible()
    store.expect_no_sideways_scroll()


def test_keyboard_reaches_content_and_focus_follows_the_route(store):
    store.open_catalogue()
    store.page.keyboard.press("Tab")
    expect(store.page.get_by_role("link", name="Skip to content")).to_be_focused()
    store.page.keyboard.press("Enter")
    expect(store.page.locator("main")).to_be_focused()
    assert store.page.url.endswith("#/")

    link = store.page.get_by_role("link", name="Wireless Mouse", exact=True)
    link.focus()
    store.page.keyboard.press("Enter")
    expect(store.heading("Wireless Mouse")).to_be_focused()
    expect(store.page).to_have_title(re.compile("Wireless Mouse"))


def test_images_load_and_nothing_comes_from_elsewhere(store):
    requested = []
    store.page.on("request", lambda request: requested.append(request.url))
    store.open_catalogue()
    images = store.page.locator("main img")
    expect(images).to_have_count(len(PRODUCTS) + 1)
    store.page.wait_for_function("[...document.images].every((image) => image.complete)")
    assert store.page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")
    assert not store.page.evaluate("[...document.images].some((image) => image.src.includes('placeholder'))")
    outside = [url for url in requested if not url.startswith((BASE_URL, "data:"))]
    assert outside == []
