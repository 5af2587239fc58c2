import { api } from "../api.js";
import { products, toProduct } from "../catalog.js";
import { h, icon } from "../dom.js";
import { formatCents } from "../format.js";
import { addButton, backLink, productCard, stepper, tile } from "../parts.js";

const LOW_STOCK = 10;

export async function productView({ params, signal }) {
  const [raw, all] = await Promise.all([
    api.product(params.id, { signal }),
    products({ signal }).catch(() => []),
  ]);
  const product = toProduct(raw);

  let quantity = 1;
  const amount = stepper({
    label: product.name, value: 1, most: Math.max(1, product.stock),
    onChange: (number) => { quantity = number; },
  });

  const node = h("div",
    backLink("#/", "Back to products"),
    h("article.product",
      tile(product, { size: "tile-large" }),
      h("div.product-info",
        h("p.eyebrow.product-category", product.category),
        h("h1", product.name),
        h("p.price.product-price", formatCents(product.cents)),
        h("p.product-description", product.description),
        stockLine(product),
        product.stock > 0 && h("div.buy",
          amount.node,
          addButton(product, () => quantity, "button-large")),
        h("ul.assurances",
          h("li", icon("truck"), h("span", h("strong", "Free delivery"), " in about three days")),
          h("li", icon("retry"), h("span", h("strong", "30 days"), " to change your mind")),
          h("li", icon("box"), h("span", h("strong", "Live tracking"), " of every step of the order"))))),
    related(product, all));
  return { title: product.name, node };
}

function stockLine({ stock }) {
  const level = stock === 0 ? "none" : stock <= LOW_STOCK ? "low" : "good";
  const text = stock === 0 ? "Out of stock" : stock === 1 ? "1 unit in stock" : `${stock} units in stock`;
  return h("p.stock", { dataset: { level } }, h("span.stock-dot", { "aria-hidden": "true" }), text);
}

/** Four others, those of the same category last: they complement, not compete. */
function related(product, all) {
  const others = all.filter((item) => item.id !== product.id);
  const picked = [
    ...others.filter((item) => item.category !== product.category),
    ...others.filter((item) => item.category === product.category),
  ].slice(0, 4);
  if (picked.length === 0) return null;
  return h("section.related", { "aria-labelledby": "related-heading" },
    h("h2", { id: "related-heading" }, "Goes well with"),
    h("ul.product-grid", picked.map(productCard)));
}
