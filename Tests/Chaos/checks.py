"""What must hold at the end of Scripts/test-chaos: in the tables of the engine, and at the recorder."""

import collections
import datetime
import re

# A step that is recorded after another one of the same hook runs only when that one has succeeded.
SUCCESSES = {"validating": "validation_passed", "paying": "payment_approved", "shipping": "shipping_confirmed"}
MACHINE = "order-processing"


class Machine:
    """The state machine as the engine has read it from the YAML."""

    def __init__(self, configuration):
        definitions = configuration["workflows"]["statemachine"]["definitions"]
        definition = next(one for one in definitions if one["name"] == MACHINE)
        self.initial = definition["initialState"]
        self.final = {name for name, state in definition["states"].items() if (state or {}).get("isFinal")}
        self.transitions = {
            name: (one["fromState"], one["toState"]) for name, one in definition["transitions"].items()}


class Check:
    """One line of the summary."""

    def __init__(self, name):
        self.name = name
        self.count = 0
        self.failures = []
        self.note = ""

    def expect(self, condition, failure):
        self.count += 1
        if not condition:
            self.failures.append(failure)


class Checks:
    def __init__(self, postgresql, requests, machine):
        self.postgresql, self.requests, self.machine = postgresql, requests, machine
        self.all = []
        self.orders = {
            order: (instance, state, completed == "1") for order, instance, state, completed in postgresql.psql(
                "SELECT r.id, i.id, i.current_state, i.completed FROM workflow.resources r "
                "JOIN workflow.workflow_instances i ON i.id = r.instance_id WHERE r.resource_type = 'orders'")}
        self.history = collections.defaultdict(list)
        for instance, *row in postgresql.psql(
            "SELECT instance_id, transition, from_state, to_state, version FROM workflow.workflow_history "
            "ORDER BY sequence"):
            self.history[instance].append(row)

    def check(self, name):
        self.all.append(Check(name))
        return self.all[-1]

    def accepted(self, orders):
        check = self.check("accepted orders exist and are in a final state")
        for order in orders:
            instance, state, completed = self.orders.get(order, (None, "not there", False))
            check.expect(completed and state in self.machine.final, f"{order} ({instance}): {state}")
        states = collections.Counter(state for _, state, _ in self.orders.values())
        check.note = ", ".join(f"{count} {state}" for state, count in states.most_common())

    def paths(self):
        check = self.check("histories are legal paths that end where orders are")
        for order, (instance, state, _) in self.orders.items():
            check.expect(*self.path(order, instance, state))

    def path(self, order, instance, state):
        at, version = "", -1
        for transition, source, target, number in self.history[instance]:
            if at == "":
                # The first row tells of the creation.
                if (transition, source, target) != ("", "", self.machine.initial):
                    return False, f"{order} ({instance}): begins with {transition} from {source} to {target}"
                at = target
                continue
            if source != at or self.machine.transitions.get(transition) != (source, target):
                return False, f"{order} ({instance}): {transition} from {source} to {target} at {at}"
            if int(number) < version:
                return False, f"{order} ({instance}): version {number} after {version}"
            at, version = target, int(number)
        return at == state, f"{order} ({instance}): history ends at {at}, the order is {state}"

    def expected_steps(self, instance, state):
        """How often each recorded step must have had its effect: (least, most)."""
        entered, succeeded = collections.Counter(), collections.Counter()
        for transition, _, target, _ in self.history[instance]:
            entered[target] += 1
            succeeded[transition] += 1
        for place in ("validating", "paying", "shipping"):
            # A customer who cancels may be faster than the steps of the state that is left.
            open_end = state == "cancelled" and place == "validating"
            yield ("before", place), (0 if open_end else entered[place], entered[place])
            after = succeeded[SUCCESSES[place]]
            yield ("after", place), (after, entered[place] if open_end else after)
        for place in ("delivered", "failed"):
            yield ("after", place), (entered[place], entered[place])

    def steps(self):
        check = self.check("effects of steps: one idempotency key for each")
        keys, calls = collections.defaultdict(set), collections.Counter()
        for request in self.requests:
            if request["path"] == "/step":
                content = request["content"]
                keys[content["instance"], content["step"], content["state"]].add(request["key"])
                calls[request["key"]] += 1
        for order, (instance, state, _) in self.orders.items():
            for (step, place), (least, most) in self.expected_steps(instance, state):
                found = keys.pop((instance, step, place), set())
                check.expect(
                    least <= len(found) <= most,
                    f"{order} ({instance}): {step} {place} has {len(found)} keys, not {least} to {most}: "
                    f"{sorted(found)}")
        check.expect(not keys, f"effects of instances that are not there: {list(keys)[:3]}")
        repeated = sum(count - 1 for count in calls.values())
        check.note = f"{len(calls):,} keys, {repeated:,} repeats with the same key"

    def events(self):
        check = self.check("each transition's event reached a subscriber")
        heard, deliveries, created = collections.defaultdict(set), collections.Counter(), collections.Counter()
        for request in self.requests:
            if request["path"] == "/event":
                content = request["content"]
                deliveries[request["key"]] += 1
                if content.get("eventType") == "orders.created":
                    if deliveries[request["key"]] == 1:
                        created[content["resourceId"]] += 1
                elif "instanceId" in content:
                    heard[content["instanceId"], content["type"]].add(request["key"])
        for order, (instance, _, _) in self.orders.items():
            entered = collections.Counter(target for _, _, target, _ in self.history[instance])
            for state, count in entered.items():
                found = len(heard[instance, f"order.{state}"])
                check.expect(
                    found == count,
                    f"{order} ({instance}): {found} events order.{state} with different ids, not {count}")
            check.expect(created[order] == 1, f"{order}: {created[order]} events orders.created with different ids")
        repeated = sum(count - 1 for count in deliveries.values())
        check.note = f"{len(deliveries):,} events, {repeated:,} repeats with the same id"

    def schedule(self, first, last, interval=2):
        """Each slot between two times has one run, which may have been repeated with its key."""
        check = self.check("slots of the schedule fired once")
        keys = collections.defaultdict(set)
        calls = 0
        for request in self.requests:
            if request["path"] == "/slot":
                slot = datetime.datetime.fromisoformat(request["content"]["slot"].replace("Z", "+00:00")).timestamp()
                keys[slot].add(request["key"])
                calls += 1
        slot = first - first % interval + interval
        while slot <= last:
            found = len(keys[slot])
            at = datetime.datetime.fromtimestamp(slot, datetime.timezone.utc).strftime("%H:%M:%S")
            check.expect(found == 1, f"slot {at}: {found} runs {sorted(keys[slot])}")
            slot += interval
        check.note = f"{calls - sum(map(len, keys.values()))} repeats with the same key"

    def tables(self):
        check = self.check("no work, events or open instances are left")
        for name, sql in {
            "work items": "work_items", "events in the outbox": "outbox",
            "open instances": "workflow_instances WHERE completed = 0",
        }.items():
            count = self.postgresql.number(f"SELECT count(*) FROM workflow.{sql}")
            check.expect(not count, f"{count} {name}")

    def after_stop(self):
        check = self.check("stopped nodes hand everything back")
        count = self.postgresql.number("SELECT count(*) FROM workflow.workflow_nodes")
        check.expect(not count, f"{count} nodes are still registered")

    def dead_letters(self, count):
        check = self.check("no message became a dead letter")
        check.expect(not count, f"{count} dead letters")

    def answers(self, counts, surprises):
        check = self.check("no request got an answer that is not true")
        check.count = sum(counts.values())
        kinds = collections.Counter(re.sub(r"order-\d+-\d+", "an order", surprise) for surprise in surprises)
        check.failures = [f"{count} times {kind}" for kind, count in kinds.most_common()]
