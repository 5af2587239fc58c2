"""What workflows did: a million executions, and the lines of a log."""

import time
import urllib.parse

DAY = 86_400 * 10**9
DAYS = 10


def execution(rows, number):
    """The identifier of an execution, which begins with its time in milliseconds."""
    at = begun(rows, number) // 10**6
    return f"{at >> 16:08x}-{at & 0xffff:04x}-7000-8000-{number:012x}"


def begun(rows, number):
    """When an execution began, in nanoseconds since 1970."""
    return rows.now - DAYS * DAY + number * (DAYS * DAY // rows.executions)


def workflow(rows, number):
    """Half of everything is of one workflow."""
    return rows.workflows[0 if number % 2 else number % len(rows.workflows)]


def tables(rows):
    """Table, columns, and an iterable of rows."""
    yield "platform_executions", (
        "id workflow_id environment sequence version kind part action trigger_type status trigger_data trigger_data_flaws "
        "output_data output_data_flaws error_message instance_id instance_version parent_id trace step_count dropped "
        "started_at completed_at"), (of_executions(rows))
    yield "platform_execution_steps", (
        "execution_id sequence_num step_name step_type status input_data input_data_flaws output_data "
        "output_data_flaws started_at completed_at"), (
        (execution(rows, rows.executions - 1), n + 1, f"step {n}", "http.call", "completed", "{}", 0, "{}", 0, rows.now,
         rows.now) for n in range(1_000))
    yield "platform_execution_counts", "workflow_id status count", [
        (rows.workflows[0], "completed", rows.executions // 2)]
    yield "platform_logs", (
        "workflow_id environment execution_id level module_name message trace_id fields created_at"), (
        (workflow(rows, n), "prod", execution(rows, n), 4 if n % 100_000 == 1 else n % 2 + 1, f"module{n % 7}",
         f"what was done the {n}th time", None, "{}", begun(rows, n)) for n in range(rows.executions))
    yield "platform_log_counts", (
        "workflow_id company_id organization_id project_id debug info warn error fatal removed_through"), [
        (rows.workflows[0], rows.company, rows.organizations[0], rows.projects[0], 0, rows.executions // 2, 0, 0, 0, 0)]


def of_executions(rows):
    for n in range(rows.executions):
        at, rare = begun(rows, n), n % 100_000 == 1
        parent = execution(rows, n - 1) if n % 1_000 == 3 else None
        yield (
            execution(rows, n), workflow(rows, n), "prod", n + 1, 1, "instance" if n % 3 == 0 else "call", "orders",
            "POST /orders", "manual" if n % 50_000 == 1 else "http", "failed" if rare else "completed",
            '{"order": 1}', 0, '{"done": true}', 0, "it broke" if rare else None,
            f"order-{n % 1_000}" if n % 3 == 0 else None, 0, parent, None, 3, 0, at, at + 10**7)


def cases(rows, present):
    """The lists of it, as far as there are tables for them."""
    busiest, early, middle, late = rows.workflows[0], *(time_at(rows, share) for share in (0.001, 0.5, 0.999))
    if "platform_executions" in present:
        path = f"/workflows/{busiest}/executions"
        yield from (path, f"{path}?page_size=100", f"/executions/{execution(rows, rows.executions - 1)}/steps")
        for values in [
                {"status": "completed"}, {"status": "failed"}, {"status": "cancelled"}, {"kind": "call"},
                {"kind": "instance"}, {"trigger_type": "manual"}, {"trigger_type": "http"},
                {"trigger_type": "schedule"},
                {"instance_id": "order-3"}, {"instance_id": "nothing"}, {"parent_id": execution(rows, 2)},
                {"parent_id": execution(rows, 4)}, {"environment": "prod"}, {"environment": "staging"}, {"until": early}, {"since": late}, {"since": early, "until": middle},
                {"q": "orders"}, {"q": "broke"}, {"q": "nowhere"}, {"status": "failed", "trigger_type": "http"},
                {"status": "completed", "trigger_type": "manual"}, {"status": "completed", "kind": "instance"},
                {"status": "failed", "kind": "instance"}, {"trigger_type": "http", "status": "cancelled"},
                {"status": "completed", "until": early}, {"kind": "call", "instance_id": "order-3"},
                {"trigger_type": "http", "since": late, "status": "failed"}]:
            yield f"{path}?{urllib.parse.urlencode(values)}"
    if "platform_logs" in present:
        path = f"/workflows/{busiest}/logs"
        yield from (path, f"{path}?page_size=100", "/dashboard", f"/workflows/{busiest}/dashboard")
        for values in [
                {"level": "warn"}, {"level": "error"}, {"level": "fatal"}, {"module": "module3"}, {"module": "nothing"},
                {"environment": "staging"}, {"environment": "prod", "execution_id": execution(rows, 1)}, {"execution_id": "nothing"}, {"until": early}, {"since": late},
                {"since": early, "until": middle}, {"q": "done"}, {"q": "nowhere"},
                {"level": "error", "module": "module3"}, {"level": "error", "until": middle}]:
            yield f"{path}?{urllib.parse.urlencode(values)}"


def time_at(rows, share):
    """The time behind a share of the executions, as the API takes it."""
    seconds = (rows.now - DAYS * DAY + int(share * DAYS * DAY)) // 10**9
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
