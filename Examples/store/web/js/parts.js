// Pieces that more than one page uses.

import { add } from "./cart.js";
import { tone } from "./catalog.js";
import { h, hidden, icon } from "./dom.js";
import { formatCents } from "./format.js";
import { stateLabel, moodOf } from "./order-model.js";
import { toast } from "./toast.js";

/** A product's picture on its own backdrop. Decorative: the name is beside it. */
export function tile(product, { size = "" } = {}) {
  const image = h("img", { src: product.image, alt: "", width: "480", height: "360" });
  image.addEventListener("error", () => {
    image.src = "/images/placeholder.svg";
  }, { once: true });
  return h("div.tile", { class: size, dataset: { tone: tone(product.id ?? product.productId) } }, image);
}

export function productCard(product) {
  return h("li.product-card",
    tile(product),
    h("div.product-card-body",
      h("p.eyebrow", product.category),
      h("h3.product-card-name", h("a.stretched", { href: `#/product/${encodeURIComponent(product.id)}` }, product.name)),
      h("div.product-card-foot",
        h("p.price", formatCents(product.cents)),
        addButton(product, () => 1, "button-quiet"))));
}

/** "Add to cart"; `quantity()` is asked at the moment of the click. */
export function addButton(product, quantity, extraClass = "") {
  const soldOut = product.stock < 1;
  return h("button.button.add-to-cart", {
    type: "button",
    class: extraClass,
    disabled: soldOut,
    onclick: () => {
      if (add(product.id, quantity(), product.stock)) toast("Added to cart");
      else toast(`All ${product.stock} in stock are already in your cart.`, "error");
    },
  }, icon("plus"), soldOut ? "Sold out" : "Add to cart", hidden(` ${product.name}`));
}

/** Minus, number, plus. `onChange` gets the new number; `set` shows one. */
export function stepper({ label, value, most, onChange }) {
  const output = h("output.stepper-value", { "aria-live": "polite", "aria-label": `Quantity of ${label}` });
  const less = h("button.stepper-button", { type: "button", "aria-label": `Decrease quantity of ${label}`, onclick: () => change(-1) }, icon("minus"));
  const more = h("button.stepper-button", { type: "button", "aria-label": `Increase quantity of ${label}`, onclick: () => change(1) }, icon("plus"));

  let now = value;
  function set(number) {
    now = number;
    output.textContent = String(number);
    // aria-disabled keeps keyboard focus on the button at either end.
    less.setAttribute("aria-disabled", String(number <= 1));
    more.setAttribute("aria-disabled", String(number >= most));
  }
  function change(by) {
    const next = now + by;
    if (next < 1 || next > most) return;
    set(next);
    onChange(next);
  }
  set(value);
  return { node: h("div.stepper", { role: "group", "aria-label": `Quantity of ${label}` }, less, output, more), set };
}

/** The coloured label of an order's state. */
export function statePill(state) {
  return h("span.pill.order-status", { dataset: { state, mood: moodOf(state) } },
    h("span.pill-dot", { "aria-hidden": "true" }), stateLabel(state));
}

/** Rows of label and amount, the last one being the total. */
export function totals(rows) {
  return h("dl.totals", rows.map(([label, amount, extraClass]) =>
    h("div.totals-row", { class: extraClass }, h("dt", label), h("dd", amount))));
}

export function backLink(href, text) {
  return h("a.back-link", { href }, icon("back"), text);
}
