"""Writes Tests/WorkflowCoreTests/Schedule/CroniterFixture.swift: random cron expressions and when they are next due.

    pip install croniter==7.0.0 && python3 Tests/Schedule/check_croniter.py

Which local times an expression selects is asked of croniter. What croniter does otherwise than documented is avoided:
- Clock changes: its answers around them are only counted. Jobs at fixed times: local times come from croniter and are
  mapped to instants by Python's zoneinfo (the first occurrence; the end of the gap). Interval-like jobs: minutes are
  tried one after the other.
- `5L` is spelled `L5`; `#`, `L` and `W` beside the other day field intersect: both sides are asked, the earlier counts.
"""
import random
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, croniter

ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia",
    "America/Sao_Paulo", "Europe/London", "Pacific/Auckland", "Pacific/Chatham", "America/St_Johns",
]
UTC = timezone.utc
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
DAYS = "SUN MON TUE WED THU FRI SAT".split()
rng = random.Random(20261126)


def item(low, high, names=()):
    def show(value):
        return names[value - low] if names and rng.random() < 0.5 else str(value)

    a, b = sorted(rng.sample(range(low, high + 1), 2))
    kind = rng.random()
    if kind < 0.45:
        return show(a)
    if kind < 0.65:
        return f"{show(a)}-{show(b)}"
    if kind < 0.75:
        return f"{show(a)}-{show(b)}/{rng.randint(1, 5)}"
    if kind < 0.9:
        return f"*/{rng.randint(1, (high - low + 1) // 2)}"
    return f"{a}/{rng.randint(1, (high - low + 1) // 2)}"


def field(low, high, star, names=()):
    if rng.random() < star:
        return "*"
    return ",".join(item(low, high, names) for _ in range(rng.choice([1, 1, 1, 2, 3])))


def day_of_month(star):
    if rng.random() > 0.12 or star == 1:
        return field(1, 31, star)
    return rng.choice(["L", "?", f"{rng.randint(1, 28)}W", f"{rng.randint(1, 28)},L"])


def day_of_week(star):
    if rng.random() > 0.2 or star == 1:
        return field(0, 6, star, DAYS)
    day = rng.randint(0, 7)
    name = rng.choice([str(day), DAYS[day % 7]])
    a, b = rng.sample(range(0, 7), 2)
    return rng.choice(["?", f"{name}L", f"{name}#{rng.randint(1, 5)}", f"{DAYS[a]}-{DAYS[b]}", f"{a}-{b}", f"{a}-7"])


def expression(seconds, days_star=0.5):
    fields = [field(0, 59, 0.2), field(0, 23, 0.3), day_of_month(days_star), field(1, 12, 0.6, MONTHS),
              day_of_week(days_star)]
    return " ".join(([field(0, 59, 0.1)] if seconds else []) + fields)


def is_special(text):
    return any(mark in text for mark in "#LW")


def spelled(text):
    *rest, last = text.split()
    if last.endswith("L"):
        day = last[:-1]
        last = f"L{DAYS.index(day) if day in DAYS else int(day) % 7}"
    return " ".join(rest + [last])


def iterator(text, start):
    return croniter(spelled(text), start, implement_cron_bug=True, second_at_beginning=True, ret_type=datetime)


def local_times(text, start):
    """The selected local times after `start`, which has no time zone."""
    fields = text.split()
    day, week = fields[-3], fields[-1]
    if (is_special(day) or is_special(week)) and day[0] not in "*?" and week[0] not in "*?":
        sides = [fields[:-1] + ["*"], fields[:-3] + ["*"] + fields[-2:]]
        sides = [local_times(" ".join(side), start) for side in sides]
        heads = [next(side) for side in sides]
        while True:
            first = min(heads)
            yield first
            heads = [next(side) if head == first else head for side, head in zip(sides, heads)]
    times = iterator(text, start)
    while True:
        yield times.get_next()


def first_instant(local, zone):
    early = local.replace(tzinfo=zone)
    instant = early.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    low, high = sorted([early.replace(fold=1).astimezone(UTC), instant])
    after = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high


def fixed_times(text, base, zone):
    found = []
    start = base.astimezone(zone).replace(tzinfo=None) - timedelta(hours=27)
    for local in local_times(text, start):
        instant = first_instant(local, zone)
        if instant > base and (not found or instant > found[-1]):
            found.append(instant)
            if len(found) == 3:
                return found


def shown_times(text, base, zone):
    minute, hour, day, month, week = croniter.expand(text)[0]

    def selects(values, value):
        return values == ["*"] or value in values

    found = []
    instant = base.replace(second=0)
    for _ in range(20 * 1440):
        instant += timedelta(minutes=1)
        local = instant.astimezone(zone)
        if (selects(minute, local.minute) and selects(hour, local.hour) and selects(month, local.month)
                and selects(day, local.day) and selects(week, local.isoweekday() % 7)):
            found.append(instant)
            if len(found) == 3:
                return found
    return None


def changes(zone):
    found = []
    instant = datetime(1995, 1, 1, tzinfo=UTC)
    while instant.year < 2062:
        later = instant + timedelta(days=1)
        if instant.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            found.append(instant)
        instant = later
    return found


def case(index, zone_changes, counts):
    seconds = rng.random() < 0.2
    zone = ZoneInfo(ZONES[index])
    if index == 0 or not zone_changes[index] or rng.random() < 0.3:
        base = datetime.fromtimestamp(rng.randint(788918400, 2840140800), UTC)
    else:
        base = rng.choice(zone_changes[index]) + timedelta(seconds=rng.randint(-129600, 172800))
    is_interval = index > 0 and rng.random() < 0.35
    text = expression(seconds and not is_interval, 1 if is_interval else 0.5)
    if index > 0:
        fields = text.split()
        clock = fields[-5:-3]
        if is_interval != any(part[0] == "*" for part in clock) or (seconds and "*" in fields[0]):
            return None
    try:
        if index == 0:
            times = local_times(text, base.replace(tzinfo=None))
            found = [next(times).replace(tzinfo=UTC) for _ in range(3)]
        else:
            found = (shown_times if is_interval else fixed_times)(text, base, zone)
    except CroniterBadDateError:
        return None
    if not found:
        return None
    its = iterator(text, base.astimezone(zone))
    try:
        own = [its.get_next().astimezone(UTC) for _ in range(3)]
    except CroniterBadDateError:
        own = []
    if own != found:
        near = any(abs(change - time) < timedelta(days=4) for change in zone_changes[index] for time in found + own)
        counts["special" if is_special(text.split()[-3] + text.split()[-1]) else "change" if near else "other"] += 1
        if not is_special(text):
            print("croniter differs:", text, ZONES[index], base, found, own, file=sys.stderr)
    return f"{text}|{index}|{int(base.timestamp())}|" + " ".join(str(int((t - base).total_seconds())) for t in found)


def main():
    zone_changes = [changes(ZoneInfo(name)) for name in ZONES]
    counts = {"special": 0, "change": 0, "other": 0}
    lines = []
    while len(lines) < 3000:
        index = 0 if len(lines) < 1500 else rng.randrange(1, len(ZONES))
        line = case(index, zone_changes, counts)
        if line and len(line) < 100:
            lines.append(line)
    print("cases:", len(lines), "croniter itself differs:", counts)
    target = Path(__file__).parent.parent / "WorkflowCoreTests/Schedule/CroniterFixture.swift"
    target.write_text(
        "/// Written by Tests/Schedule/check_croniter.py: expression|zone|base|seconds from the base to the next times.\n"
        "enum CroniterFixture {\n"
        f"    static let zones = [\n        {', '.join(map(repr, ZONES[:5]))},\n        "
        f"{', '.join(map(repr, ZONES[5:]))},\n    ]\n\n".replace("'", '"')
        + '    static let cases = """\n' + "".join(f"        {line}\n" for line in lines) + '        """\n}\n')


main()
