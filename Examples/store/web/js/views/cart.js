import { cart, lines, remove, setQuantity } from "../cart.js";
import { products } from "../catalog.js";
import { fill, h, hidden, icon } from "../dom.js";
import { formatCents, plural } from "../format.js";
import { stepper, tile, totals } from "../parts.js";
import { emptyState } from "./status.js";

export async function cartView({ signal }) {
  const catalogue = new Map((await products({ signal })).map((product) => [product.id, product]));
  // Whatever has left the catalogue leaves the cart too.
  for (const line of lines()) {
    const product = catalogue.get(line.productId);
    if (!product || product.stock < 1) remove(line.productId);
    else if (line.quantity > product.stock) setQuantity(line.productId, product.stock);
  }

  const body = h("div");
  const node = h("div", h("h1.page-title", "Your cart"), body);
  let rows = new Map();
  let summary = null;

  function draw() {
    const current = lines().filter((line) => catalogue.has(line.productId));
    const sameRows = current.length === rows.size && current.every((line) => rows.has(line.productId));
    if (!sameRows || current.length === 0) build(current);
    let cents = 0;
    let pieces = 0;
    for (const line of current) {
      const product = catalogue.get(line.productId);
      rows.get(line.productId).update(line.quantity);
      cents += product.cents * line.quantity;
      pieces += line.quantity;
    }
    if (summary) {
      fill(summary, totals([
        [`Subtotal, ${plural(pieces, "item")}`, formatCents(cents), "cart-subtotal"],
        ["Delivery", "Free"],
        ["Total", formatCents(cents), "totals-final cart-total"],
      ]));
    }
  }

  function build(current) {
    rows = new Map();
    summary = null;
    if (current.length === 0) {
      fill(body, emptyState({
        symbol: "bag", level: "h2", title: "Your cart is empty",
        text: "Nothing in here yet. The shelves are full, though.",
        action: h("a.button", { href: "#/" }, "Browse products"),
      }));
      return;
    }
    for (const line of current) rows.set(line.productId, row(catalogue.get(line.productId), line.quantity));
    summary = h("div");
    fill(body, h("div.split",
      h("ul.cart-list", { "aria-label": "Items in your cart" }, [...rows.values()].map((entry) => entry.node)),
      h("aside.card.summary", { "aria-label": "Summary" },
        h("h2", "Summary"), summary,
        h("a.button.button-wide.button-large#checkout-btn", { href: "#/checkout" }, "Checkout", icon("forward")),
        h("p.fine", icon("lock"), "A demo: no card, no charge."))));
  }

  function row(product, quantity) {
    const amount = stepper({
      label: product.name, value: quantity, most: product.stock,
      onChange: (number) => setQuantity(product.id, number, product.stock),
    });
    const lineTotal = h("p.cart-item-total.price");
    const each = h("p.muted.cart-item-each");
    const item = h("li.cart-item", { dataset: { product: product.id } },
      h("a.cart-item-picture", { href: `#/product/${encodeURIComponent(product.id)}`, tabindex: "-1", "aria-hidden": "true" }, tile(product, { size: "tile-small" })),
      h("div.cart-item-text",
        h("h2.cart-item-name", h("a", { href: `#/product/${encodeURIComponent(product.id)}` }, product.name)),
        each),
      amount.node,
      lineTotal,
      h("button.icon-button.cart-remove", { type: "button", onclick: () => take(product) },
        icon("trash"), hidden(`Remove ${product.name}`)));
    return {
      node: item,
      update(number) {
        amount.set(number);
        each.textContent = `${formatCents(product.cents)} each`;
        lineTotal.textContent = formatCents(product.cents * number);
      },
    };
  }

  // The button that had the focus disappears: move it to the next one.
  function take(product) {
    const order = [...rows.keys()];
    const next = order[order.indexOf(product.id) + 1] ?? order[order.indexOf(product.id) - 1];
    remove(product.id);
    const target = next ? rows.get(next).node.querySelector(".cart-remove") : node.querySelector("h1");
    if (!next) target.setAttribute("tabindex", "-1");
    target.focus();
  }

  cart.addEventListener("change", draw, { signal });
  draw();
  return { title: "Cart", node };
}
