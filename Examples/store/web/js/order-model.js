// What the page knows about the order workflow: its states, their words, and
// which actions a customer may take.

import { toCents } from "./format.js";

/** The happy path, in order. */
export const PATH = [
  { state: "new", title: "Order placed", note: "We have your order." },
  { state: "validating", title: "Checking stock", note: "Making sure everything is on the shelf." },
  { state: "validated", title: "Items reserved", note: "Set aside for you." },
  { state: "paying", title: "Taking payment", note: "Talking to the bank." },
  { state: "paid", title: "Payment received", note: "Thank you." },
  { state: "shipping", title: "Packing", note: "Booking a carrier." },
  { state: "shipped", title: "On its way", note: "Handed to the carrier." },
  { state: "delivered", title: "Delivered", note: "At your door." },
];

/** Error states: `after` is the last step that was reached. */
export const ERRORS = {
  failed: { after: "validating", title: "Order could not be accepted", headline: "This order could not be accepted" },
  payment_failed: { after: "paying", title: "Payment failed", headline: "The payment did not go through" },
  ship_failed: { after: "shipping", title: "Shipping failed", headline: "The parcel could not be sent" },
  cancelled: { after: "new", title: "Order cancelled", headline: "This order was cancelled" },
};

const HEADLINES = {
  new: "Thank you. Your order is in.",
  validating: "Checking that everything is in stock",
  validated: "Everything is reserved for you",
  paying: "Taking your payment",
  paid: "Paid. Next stop: the packing table",
  shipping: "Packing your parcel",
  shipped: "Your parcel is on its way",
  delivered: "It has arrived. Enjoy!",
};

const ACTIONS = {
  payment_failed: { transition: "retry_payment", label: "Retry payment", icon: "retry" },
  ship_failed: { transition: "retry_shipping", label: "Retry shipping", icon: "retry" },
  validating: { transition: "cancel_order", label: "Cancel order", icon: "cross" },
};

const FINAL = new Set(["delivered", "failed", "cancelled"]);

export const isFinal = (state) => FINAL.has(state);
export const isError = (state) => Object.hasOwn(ERRORS, state);
export const actionFor = (state) => (Object.hasOwn(ACTIONS, state) ? ACTIONS[state] : null);

/** "payment_failed" as "Payment failed". */
export function stateLabel(state) {
  const words = String(state).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function headlineFor(state) {
  return ERRORS[state]?.headline ?? HEADLINES[state] ?? stateLabel(state);
}

/** good, bad, busy, or wait: the colour of a state. */
export function moodOf(state) {
  if (state === "delivered") return "good";
  if (state === "cancelled") return "wait";
  if (isError(state)) return "bad";
  return "busy";
}

/** One shape for every order, whether its fields are nested or hoisted. */
export function toOrder(raw) {
  const all = { ...(raw?.data ?? {}), ...(raw ?? {}) };
  const items = Array.isArray(all.items) ? all.items : [];
  return {
    id: String(raw?.id ?? ""),
    state: String(raw?.state ?? all.state ?? "new"),
    updatedAt: all.lastUpdate,
    createdAt: all.createdAt,
    items: items.map((item) => ({
      productId: String(item?.productId ?? ""),
      name: item?.name,
      quantity: Number(item?.quantity) || 0,
      cents: item?.price === undefined ? null : toCents(item.price),
    })),
    // Validation is what writes names and prices into an order.
    validated: items.length > 0 && items.every((item) => item?.name !== undefined),
    totalCents: all.total === undefined || all.total === null ? null : toCents(all.total),
    shipping: all.shipping && typeof all.shipping === "object" ? all.shipping : {},
    error: typeof all.error === "string" ? all.error : "",
    transactionId: all.transaction_id,
    last4: all.last4,
    trackingNumber: all.tracking_number,
    carrier: all.carrier,
    estimatedDelivery: all.estimated_delivery,
  };
}

/** Fills names and prices the order does not have yet, from the catalogue. */
export function completeOrder(order, catalogue) {
  const items = order.items.map((item) => {
    const product = catalogue.get(item.productId);
    return {
      ...item,
      name: String(item.name ?? product?.name ?? item.productId),
      cents: item.cents ?? product?.cents ?? null,
      image: product?.image ?? "/images/placeholder.svg",
    };
  });
  const known = items.every((item) => item.cents !== null);
  const sum = items.reduce((total, item) => total + (item.cents ?? 0) * item.quantity, 0);
  return { ...order, items, totalCents: order.totalCents ?? (known ? sum : null) };
}

/**
 * The steps to draw: the happy path with done/current/todo, and the failure
 * right after the step that caused it.
 */
export function timeline(order) {
  const { state } = order;
  if (!isError(state)) {
    const at = PATH.findIndex((step) => step.state === state);
    return PATH.map((step, index) => ({
      ...step,
      status: state === "delivered" || index < at ? "done" : index === at ? "current" : "todo",
    }));
  }
  const failure = ERRORS[state];
  const after = state === "cancelled" && order.validated ? "validated" : failure.after;
  const at = PATH.findIndex((step) => step.state === after);
  const steps = PATH.map((step, index) => ({ ...step, status: index <= at ? "done" : "todo" }));
  steps.splice(at + 1, 0, {
    state,
    title: failure.title,
    note: order.error || (state === "cancelled" ? "Nothing was charged." : "The server gave no reason."),
    status: "error",
  });
  return steps;
}

/** How far along, from 0 to 1. */
export function progressOf(order) {
  const steps = timeline(order).filter((step) => !isError(step.state));
  const reached = steps.filter((step) => step.status !== "todo").length;
  return reached / steps.length;
}
