import { api } from "../api.js";
import { productsById } from "../catalog.js";
import { fill, h, icon } from "../dom.js";
import { formatCents, formatDateTime, plural, shortId } from "../format.js";
import { completeOrder, isFinal, toOrder } from "../order-model.js";
import { statePill, tile } from "../parts.js";
import { emptyState } from "./status.js";

const REFRESH_MS = 3000;
const MOST_PICTURES = 3;

export async function ordersView({ signal, expired }) {
  const [raw, catalogue] = await Promise.all([api.orders({ signal }), productsById({ signal })]);
  const list = h("div.order-list");
  const node = h("div.narrow.narrow-wide", h("h1.page-title", "Your orders"), list);
  let shown = "";

  function draw(answer) {
    const text = JSON.stringify(answer);
    if (text === shown) return;
    shown = text;
    const focused = document.activeElement?.closest?.(".order-card")?.getAttribute("href");
    const orders = answer.map((item) => completeOrder(toOrder(item), catalogue)).sort(newestFirst);
    if (orders.length === 0) {
      fill(list, emptyState({
        symbol: "receipt", level: "h2", title: "No orders yet",
        text: "Once you order something, you can watch it travel here.",
        action: h("a.button", { href: "#/" }, "Browse products"),
      }));
      return;
    }
    fill(list, orders.map(card));
    for (const element of list.children) {
      if (focused && element.getAttribute("href") === focused) element.focus();
    }
    return orders;
  }
  draw(raw);

  // Orders move on while the page is open.
  let latest = raw;
  const timer = setInterval(async () => {
    if (document.hidden || latest.every((item) => isFinal(toOrder(item).state))) return;
    try {
      latest = await api.orders({ signal });
      if (!signal.aborted) draw(latest);
    } catch (error) {
      if (error.status === 401) expired();
    }
  }, REFRESH_MS);
  signal.addEventListener("abort", () => clearInterval(timer));

  return { title: "Your orders", node };
}

function newestFirst(a, b) {
  const byDate = (Date.parse(b.createdAt) || 0) - (Date.parse(a.createdAt) || 0);
  return byDate || b.id.localeCompare(a.id, "en", { numeric: true });
}

function card(order) {
  const pieces = order.items.reduce((sum, item) => sum + item.quantity, 0);
  const more = order.items.length - MOST_PICTURES;
  const details = [formatDateTime(order.createdAt), pieces > 0 && plural(pieces, "item")].filter(Boolean).join(" · ");
  return h("a.order-card.card", { href: `#/orders/${encodeURIComponent(order.id)}`, dataset: { order: order.id } },
    h("div.order-card-pictures", { "aria-hidden": "true" },
      order.items.slice(0, MOST_PICTURES).map((item) => tile(item, { size: "tile-mini" })),
      more > 0 && h("span.order-card-more", `+${more}`)),
    h("div.order-card-text",
      h("h2.order-card-title", `Order #${shortId(order.id)}`),
      details && h("p.muted", details)),
    statePill(order.state),
    h("p.price.order-card-total", order.totalCents === null ? "" : formatCents(order.totalCents)),
    icon("chevron", "order-card-chevron"));
}
