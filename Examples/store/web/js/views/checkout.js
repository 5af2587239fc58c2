import { api } from "../api.js";
import { clear, lines } from "../cart.js";
import { forgetProducts, products } from "../catalog.js";
import { h, icon } from "../dom.js";
import { field, form, required } from "../form.js";
import { formatCents } from "../format.js";
import { backLink, tile, totals } from "../parts.js";
import { go } from "../router.js";
import { toast } from "../toast.js";
import { emptyState } from "./status.js";

// The demo's payment and carrier decide by ZIP code, so a visitor can choose
// how the story goes.
const SCENARIOS = [
  { label: "All goes well", address: "12 Harbor Lane", city: "Portland", state: "OR", zip: "97201" },
  { label: "Card declined, then fine", address: "8 Second Chance Street", city: "Agawam", state: "MA", zip: "00001" },
  { label: "Card always declined", address: "1 Empty Pocket Road", city: "Holtsville", state: "NY", zip: "00000" },
  { label: "No carrier goes there", address: "99 Far Away Point", city: "Ketchikan", state: "AK", zip: "99999" },
];

export async function checkoutView({ signal, expired }) {
  const catalogue = new Map((await products({ signal })).map((product) => [product.id, product]));
  const chosen = lines().filter((line) => catalogue.has(line.productId));
  if (chosen.length === 0) {
    return {
      title: "Checkout",
      node: emptyState({
        symbol: "bag", title: "Nothing to check out",
        text: "Your cart is empty. Add something first.",
        action: h("a.button", { href: "#/" }, "Browse products"),
      }),
    };
  }

  const cents = chosen.reduce((sum, line) => sum + catalogue.get(line.productId).cents * line.quantity, 0);

  const address = field({ id: "address", label: "Street address", autocomplete: "address-line1", maxlength: "200", check: required("the street and number") });
  const city = field({ id: "city", label: "City", autocomplete: "address-level2", maxlength: "100", check: required("the city") });
  const state = field({ id: "state", label: "State", autocomplete: "address-level1", maxlength: "40", check: required("the state") });
  const zip = field({
    id: "zip", label: "ZIP code", autocomplete: "postal-code", inputmode: "numeric", maxlength: "10",
    check: (value) => (/^\d{5}(-\d{4})?$/.test(value) ? "" : "Five digits, please, such as 97201."),
  });
  const fields = [address, city, state, zip];

  const scenarios = h("div.scenarios",
    h("p.scenarios-title", icon("box"), "Just trying it out? Pick a story:"),
    h("div.chips", SCENARIOS.map((story) => h("button.chip", {
      type: "button",
      onclick: () => {
        for (const entry of fields) {
          entry.input.value = story[entry.input.id];
          entry.validate();
        }
      },
    }, story.label))));

  const checkout = form({
    id: "checkout-form",
    fields,
    rows: [address.node, h("div.form-row.form-row-place", city.node, state.node, zip.node), paymentNote()],
    submit: `Place order for ${formatCents(cents)}`,
    send: async (shipping) => {
      try {
        const order = await api.placeOrder(chosen.map(({ productId, quantity }) => ({ productId, quantity })), shipping);
        clear();
        forgetProducts();
        toast("Order placed successfully!");
        go(`#/orders/${encodeURIComponent(order.id)}`, { replace: true });
      } catch (error) {
        if (error.status === 401) expired();
        else throw error;
      }
    },
  });

  const node = h("div",
    backLink("#/cart", "Back to cart"),
    h("h1.page-title", "Checkout"),
    h("div.split",
      h("section.card", { "aria-labelledby": "shipping-heading" },
        h("h2", { id: "shipping-heading" }, "Where should it go?"),
        scenarios, checkout),
      h("aside.card.summary", { "aria-label": "Order summary" },
        h("h2", "Your order"),
        h("ul.mini-list", chosen.map((line) => miniItem(catalogue.get(line.productId), line.quantity))),
        totals([
          ["Subtotal", formatCents(cents)],
          ["Delivery", "Free"],
          ["Total", formatCents(cents), "totals-final"],
        ]))));
  return { title: "Checkout", node };
}

function paymentNote() {
  return h("div.payment-note",
    h("span.payment-card", { "aria-hidden": "true" }, h("span.payment-chip"), h("span.payment-digits", "4242")),
    h("p", h("strong", "Paid with the demo card ending in 4242."), " No real card is asked for and nothing is charged."));
}

function miniItem(product, quantity) {
  return h("li.mini-item",
    tile(product, { size: "tile-mini" }),
    h("div", h("p.mini-name", product.name), h("p.muted", `Quantity ${quantity}`)),
    h("p.price", formatCents(product.cents * quantity)));
}
