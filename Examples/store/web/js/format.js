// Numbers and dates in words. Everything tolerates missing or odd values,
// because the order being shown may be half way through its workflow.

const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const dayTime = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat("en-US", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric", timeZone: "UTC" });
const month = new Intl.DateTimeFormat("en-US", { month: "long", year: "numeric" });

/** Dollars to whole cents, the only unit this shop adds up in. */
export function toCents(amount) {
  const cents = Math.round(Number(amount) * 100);
  return Number.isFinite(cents) ? cents : 0;
}

export function formatCents(cents) {
  return money.format(cents / 100);
}

export function formatPrice(amount) {
  return formatCents(toCents(amount));
}

function parse(value) {
  if (value === undefined || value === null || value === "") return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

export function formatDateTime(value) {
  const date = parse(value);
  return date ? dayTime.format(date) : "";
}

export function formatClock(value) {
  const date = parse(value);
  return date ? clock.format(date) : "";
}

export function formatMonth(value) {
  const date = parse(value);
  return date ? month.format(date) : "";
}

/** A calendar day such as "2026-03-04", read without shifting time zones. */
export function formatDay(value) {
  const text = String(value ?? "");
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? parse(`${text.slice(0, 10)}T00:00:00Z`) : null;
  return date ? weekday.format(date) : text;
}

export function plural(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/** Long identifiers are shown by their first eight characters. */
export function shortId(id) {
  const text = String(id ?? "");
  return text.length > 14 ? text.slice(0, 8) : text;
}
