"""The customers of Scripts/test-chaos: they send each order until a node has accepted it, and help some of them on."""

import collections
import http.client
import json
import random
import threading
import time

# What becomes of an order, by its kind: the parts of all orders, the postal code, the quantity.
KINDS = {
    "plain": (0.78, "10117", 1), "declined once": (0.06, "00001", 1), "refused once": (0.06, "99998", 1),
    "out of stock": (0.04, "10117", 5000), "cancelled": (0.06, "10117", 1),
}
# The states in which an order waits for its customer, and what the customer does then.
HELP = {"payment_failed": "retry_payment", "ship_failed": "retry_shipping"}
TIMEOUT = 6


class Connections:
    """Connections of one thread, one to each node."""

    def __init__(self, ports, token):
        self.ports, self.token = ports, token
        self.open = {}

    def request(self, node, method, path, body=None):
        """Status and answer; status 0 when the connection was lost, or nothing came in time."""
        try:
            connection = self.open.get(node)
            if connection is None:
                connection = self.open[node] = http.client.HTTPConnection(
                    "127.0.0.1", self.ports[node], timeout=TIMEOUT)
            data = None if body is None else json.dumps(body)
            headers = {"Authorization": f"Bearer {self.token}"}
            if data:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            if connection := self.open.pop(node, None):
                connection.close()
            return 0, b""


class Customers:
    """Sends orders at a steady pace from many threads."""

    def __init__(self, ports, token, count, pace, seed, deadline):
        """`pace`: seconds over which the orders are spread; `deadline`: when to give up, on the monotonic clock."""
        self.ports, self.token, self.count, self.pace, self.seed = ports, token, count, pace, seed
        self.deadline = deadline
        self.accepted, self.given_up = [], []
        self.kinds = {}
        self.answers = collections.Counter()
        self.surprises = []
        self.latencies = []
        self.following = collections.deque()
        self.lock = threading.Lock()
        self.next = 0
        self.sent = threading.Event()
        self.threads = [threading.Thread(target=self.send_all, daemon=True) for _ in range(48)]
        self.followers = [threading.Thread(target=self.follow_all, daemon=True) for _ in range(4)]

    def start(self):
        self.began = time.monotonic()
        for thread in [*self.threads, *self.followers]:
            thread.start()

    def wait_until_sent(self):
        for thread in self.threads:
            thread.join()
        self.sent.set()

    def finish(self):
        """Ends the help for orders that wait for their customer."""
        self.deadline = 0
        for thread in self.followers:
            thread.join()

    def take(self):
        with self.lock:
            number, self.next = self.next, self.next + 1
        return number if number < self.count else None

    def send_all(self):
        connections = Connections(self.ports, self.token)
        while (number := self.take()) is not None:
            wait = self.began + self.pace * number / self.count - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            rng = random.Random(f"{self.seed}-order-{number}")
            kind = rng.choices(list(KINDS), [part for part, _, _ in KINDS.values()])[0]
            order = f"order-{self.seed}-{number:06}"
            self.kinds[order] = kind
            if rng.random() < 0.2:
                self.browse(connections, rng)
            began = time.monotonic()
            if self.send(connections, rng, order, kind):
                self.latencies.append(time.monotonic() - began)
                self.accepted.append(order)
                if kind == "cancelled":
                    self.until(connections, rng, order, "cancel_order")
                elif kind in ("declined once", "refused once"):
                    self.following.append(order)
            else:
                self.given_up.append(order)

    def browse(self, connections, rng):
        """Looks at the catalogue through the cache in Redis; without Redis it must be there all the same."""
        status, answer = connections.request(rng.randrange(len(self.ports)), "GET", "/chaos/products")
        self.answers[f"catalogue {status}"] += 1
        if status not in (0, 200, 503) or (status == 200 and b"prod-001" not in answer):
            self.surprises.append(f"GET of the catalogue: {status} {answer[:200]!r}")

    def send(self, connections, rng, order, kind):
        """Whether a node has accepted it; 409 says that an earlier attempt was heard, though not answered."""
        _, postal_code, quantity = KINDS[kind]
        body = {
            "id": order, "items": [{"productId": "prod-001", "quantity": quantity}],
            "shipping": {"address": "12 St. James's Square", "city": "London", "state": "LDN", "zip": postal_code},
        }
        pause = 0.05
        while time.monotonic() < self.deadline:
            status, answer = connections.request(
                rng.randrange(len(self.ports)), "POST", "/api/orders", body)
            self.answers[status] += 1
            if status in (201, 409):
                return True
            if status not in (0, 429, 500, 502, 503, 504):
                self.surprises.append(f"POST of {order}: {status} {answer[:200]!r}")
            elif status == 500:
                self.surprises.append(f"POST of {order}: 500 {answer[:200]!r}")
            time.sleep(rng.uniform(0, pause))
            pause = min(1, pause * 2)
        return False

    def until(self, connections, rng, order, transition):
        """Makes a transition, until it is made or refused."""
        while time.monotonic() < self.deadline:
            status, answer = connections.request(
                rng.randrange(len(self.ports)), "PUT", f"/api/orders/{order}/transition", {"transition": transition})
            self.answers[f"{transition} {status}"] += 1
            if status in (200, 400):
                return
            if status in (404, 401, 403, 422):
                self.surprises.append(f"{transition} of {order}: {status} {answer[:200]!r}")
                return
            time.sleep(rng.uniform(0, 0.3))

    def follow_all(self):
        """Helps orders on that wait for their customer."""
        connections = Connections(self.ports, self.token)
        rng = random.Random(f"{self.seed}-{threading.get_ident()}")
        while time.monotonic() < self.deadline:
            try:
                order = self.following.popleft()
            except IndexError:
                if self.sent.is_set():
                    return
                time.sleep(0.05)
                continue
            status, answer = connections.request(rng.randrange(len(self.ports)), "GET", f"/api/orders/{order}")
            state = json.loads(answer).get("state") if status == 200 else None
            if status == 404:
                self.surprises.append(f"GET of {order}, which was accepted: 404")
                continue
            if state in HELP:
                self.until(connections, rng, order, HELP[state])
            if state not in ("shipped", "delivered", "failed", "cancelled"):
                self.following.append(order)
                time.sleep(0.02)
