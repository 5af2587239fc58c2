import { api } from "../api.js";
import { productsById } from "../catalog.js";
import { fill, h, hidden, icon } from "../dom.js";
import { formatCents, formatClock, formatDateTime, formatDay, shortId } from "../format.js";
import { actionFor, completeOrder, headlineFor, isError, isFinal, moodOf, progressOf, stateLabel, timeline, toOrder } from "../order-model.js";
import { followOrder } from "../order-stream.js";
import { backLink, statePill, tile, totals } from "../parts.js";
import { errorView } from "./status.js";
import { toast } from "../toast.js";

const LINK_TEXT = {
  live: "Live",
  polling: "Updating every second",
  waiting: "Reconnecting",
  ended: "Complete",
};

export async function orderView({ params, signal, expired }) {
  const [first, catalogue] = await Promise.all([api.order(params.id, { signal }), productsById({ signal })]);

  const banner = makeBanner();
  const cancel = h("div.order-cancel");
  const steps = h("ol.timeline", { id: "timeline" });
  const details = h("div.order-details");
  const announcer = h("p.visually-hidden", { role: "status" });
  const link = h("span.live", { dataset: { link: "waiting" } });
  const times = seenTimes(params.id);
  let order = null;
  let shown = "";

  function draw(raw) {
    const text = JSON.stringify(raw);
    if (text === shown) return;
    shown = text;
    const next = completeOrder(toOrder(raw), catalogue);
    const moved = order !== null && next.state !== order.state;
    times.note(next, moved);
    order = next;
    banner.draw(order);
    drawAction(banner.action, cancel, order, act);
    drawTimeline(steps, order, times);
    drawDetails(details, order);
    if (moved) {
      announcer.textContent = `Order status: ${stateLabel(order.state)}. ${headlineFor(order.state)}.`;
    }
  }

  function drawLink(state) {
    link.dataset.link = state;
    fill(link, h("span.live-dot", { "aria-hidden": "true" }), LINK_TEXT[state]);
  }

  async function act(action, button) {
    button.classList.add("is-busy");
    button.disabled = true;
    try {
      await api.transition(params.id, action.transition);
      toast(action.transition.startsWith("cancel") ? "Order cancelled" : "Trying again", "info");
    } catch (error) {
      if (error.status === 401) expired();
      else toast(error.message, "error");
    }
    // A live stream tells what happened next; without one, ask.
    if (link.dataset.link !== "live") {
      try {
        const fresh = await api.order(params.id, { signal });
        if (!signal.aborted) draw(fresh);
      } catch {
        // Following the order keeps trying.
      }
    }
    button.classList.remove("is-busy");
    button.disabled = false;
    // When the button has gone, keyboard users go on from the heading.
    if (!button.isConnected && !signal.aborted && document.activeElement === document.body) {
      node.querySelector("h1")?.focus({ preventScroll: true });
    }
  }

  draw(first);
  drawLink(isFinal(order.state) ? "ended" : "waiting");

  const node = h("div",
    backLink("#/orders", "All orders"),
    h("header.order-head",
      h("div",
        h("h1", { tabindex: "-1" }, `Order #${shortId(order.id)}`),
        h("p.muted.order-meta",
          order.createdAt && h("span", `Placed ${formatDateTime(order.createdAt)}`),
          shortId(order.id) !== order.id && h("span.order-id", order.id)))),
    announcer,
    banner.node,
    h("div.split.order-split",
      h("section.card", { "aria-labelledby": "progress-heading" },
        h("div.card-head", h("h2", { id: "progress-heading" }, "Progress"), link),
        steps,
        cancel),
      details));

  if (!isFinal(order.state)) {
    followOrder(params.id, {
      signal,
      onOrder: (raw) => { if (!signal.aborted) draw(raw); },
      onLink: (state) => { if (!signal.aborted) drawLink(state); },
    }).catch((error) => {
      if (signal.aborted) return;
      if (error.status === 401) expired();
      else fill(node, errorView(error).node);
    });
  }
  return { title: `Order #${shortId(order.id)}`, node };
}

/** When each state was first seen, kept for as long as the tab lives. */
function seenTimes(id) {
  const key = `order-times:${id}`;
  let known = {};
  try {
    known = JSON.parse(sessionStorage.getItem(key)) ?? {};
  } catch {
    // Start empty.
  }
  return {
    note(order, moved) {
      if (order.createdAt) known.new ??= order.createdAt;
      const at = order.updatedAt ?? new Date().toISOString();
      if (moved) known[order.state] = at;
      else known[order.state] ??= at;
      try {
        sessionStorage.setItem(key, JSON.stringify(known));
      } catch {
        // Only this page view knows, then.
      }
    },
    of: (state) => formatClock(known[state]),
  };
}

// The parts stay, their contents change: the bar can glide.
function makeBanner() {
  const symbol = h("span.banner-symbol");
  const text = h("div.banner-text");
  const action = h("div.banner-action");
  const bar = h("progress.progress", { max: "100", value: "0", "aria-label": "Order progress" });
  const node = h("section.banner", { "aria-label": "Status" }, symbol, text, action, bar);

  function draw(order) {
    const mood = moodOf(order.state);
    const moving = ["shipping", "shipped"].includes(order.state);
    node.dataset.mood = mood;
    bar.value = Math.round(progressOf(order) * 100);
    fill(symbol, icon({ good: "check", bad: "alert", wait: "cross", busy: moving ? "truck" : "box" }[mood]));
    fill(text,
      statePill(order.state),
      h("p.banner-title", headlineFor(order.state)),
      isError(order.state) && order.error && h("p.banner-error", { role: "alert" }, order.error),
      order.state === "shipped" && order.estimatedDelivery && h("p.muted", `Expected ${formatDay(order.estimatedDelivery)}`));
  }
  return { node, action, draw };
}

// Retrying is the next thing to do, so it sits in the banner; cancelling is an
// offer, so it waits below the steps.
function drawAction(retryPlace, cancelPlace, order, act) {
  const action = actionFor(order.state);
  const isCancel = action?.transition.startsWith("cancel") ?? false;
  fill(retryPlace, action && !isCancel && actionButton(action, act));
  fill(cancelPlace, isCancel && [h("p.muted", "Changed your mind?"), actionButton(action, act)]);
  retryPlace.hidden = !action || isCancel;
  cancelPlace.hidden = !isCancel;
}

function actionButton(action, act) {
  const quiet = action.transition.startsWith("cancel") ? ".button-quiet" : "";
  const button = h(`button.button.order-action${quiet}`, {
    type: "button", dataset: { transition: action.transition },
    onclick: () => act(action, button),
  }, icon(action.icon), action.label);
  return button;
}

const NOTED = new Set(["current", "error"]);
const STATUS_WORDS = { done: "done", current: "in progress", todo: "still to come", error: "problem" };

// Steps keep their elements from one state to the next, so a change is a
// transition on the page and not a new page.
function drawTimeline(list, order, times) {
  const wanted = timeline(order);
  const existing = new Map([...list.children].map((element) => [element.dataset.state, element]));
  const elements = wanted.map((step) => {
    const element = existing.get(step.state) ?? h("li.step", { dataset: { state: step.state } });
    if (element.dataset.status !== step.status || step.status !== "todo") {
      element.dataset.status = step.status;
      if (step.status === "current") element.setAttribute("aria-current", "step");
      else element.removeAttribute("aria-current");
      const symbol = { done: "check", error: "cross" }[step.status];
      fill(element,
        h("span.step-mark", { "aria-hidden": "true" }, symbol && icon(symbol)),
        h("div.step-text",
          h("p.step-title", step.title, hidden(`, ${STATUS_WORDS[step.status]}`)),
          NOTED.has(step.status) && h("p.step-note", step.note)),
        h("div.step-side",
          h("code.step-state", step.state),
          step.status !== "todo" && times.of(step.state) && h("time.step-time", times.of(step.state))));
    }
    return element;
  });
  list.replaceChildren(...elements);
}

function drawDetails(container, order) {
  const { shipping } = order;
  const place = [shipping.city, [shipping.state, shipping.zip].filter(Boolean).join(" ")].filter(Boolean).join(", ");
  fill(container,
    h("section.card", { "aria-labelledby": "items-heading" },
      h("h2", { id: "items-heading" }, "Items"),
      h("ul.mini-list", order.items.map((item) => h("li.mini-item",
        tile(item, { size: "tile-mini" }),
        h("div", h("p.mini-name", item.name), h("p.muted", `Quantity ${item.quantity}`)),
        h("p.price", item.cents === null ? "" : formatCents(item.cents * item.quantity))))),
      order.totalCents !== null && totals([
        ["Subtotal", formatCents(order.totalCents)],
        ["Delivery", "Free"],
        ["Total", formatCents(order.totalCents), "totals-final order-total"],
      ])),
    h("section.card.facts", { "aria-label": "Delivery and payment" },
      fact("pin", "Shipping address", [
        h("address", h("span", shipping.address), h("span", place)),
      ]),
      fact("card", "Payment", order.transactionId || order.last4
        ? [order.last4 && h("p", `Card ending in ${order.last4}`),
          order.transactionId && h("p.reference", { "data-field": "transaction" }, order.transactionId)]
        : [h("p.muted", order.state === "payment_failed" ? "Declined, nothing was charged." : "Not charged yet.")]),
      fact("truck", "Delivery", order.trackingNumber
        ? [h("p", [order.carrier, order.estimatedDelivery && formatDay(order.estimatedDelivery)].filter(Boolean).join(", ")),
          h("p.reference", { "data-field": "tracking" }, order.trackingNumber)]
        : [h("p.muted", isFinal(order.state) || order.state === "ship_failed" ? "Not sent." : "A tracking number appears once it is packed.")])));
}

function fact(symbol, title, content) {
  return h("div.fact", h("span.fact-symbol", icon(symbol)), h("div", h("h3", title), content));
}
