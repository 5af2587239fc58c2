import { products } from "../catalog.js";
import { fill, h, hidden, icon } from "../dom.js";
import { plural } from "../format.js";
import { productCard } from "../parts.js";
import { emptyState } from "./status.js";

const SORTS = {
  featured: { label: "Featured", compare: () => 0 },
  low: { label: "Price, low to high", compare: (a, b) => a.cents - b.cents },
  high: { label: "Price, high to low", compare: (a, b) => b.cents - a.cents },
  name: { label: "Name", compare: (a, b) => a.name.localeCompare(b.name) },
};

export async function catalogueView({ query, signal }) {
  const all = await products({ signal });
  const categories = [...new Set(all.map((product) => product.category))];
  const filter = {
    q: query.get("q") ?? "",
    category: categories.includes(query.get("category")) ? query.get("category") : "",
    sort: Object.hasOwn(SORTS, query.get("sort") ?? "") ? query.get("sort") : "featured",
  };

  const list = h("ul.product-grid", { id: "product-list" });
  const none = h("div");
  const count = h("p.result-count", { role: "status" });

  const search = h("input.input.search-input", {
    id: "search", type: "search", placeholder: "Search products", autocomplete: "off", value: filter.q,
    oninput: () => change({ q: search.value }),
  });
  const chips = h("div.chips", { role: "group", "aria-label": "Category" },
    ["", ...categories].map((category) => h("button.chip", {
      type: "button", dataset: { category }, onclick: () => change({ category }),
    }, category || "All")));
  const sort = h("select.input.sort", { id: "sort", onchange: () => change({ sort: sort.value }) },
    Object.entries(SORTS).map(([key, { label }]) => h("option", { value: key, selected: key === filter.sort }, label)));

  function change(part) {
    Object.assign(filter, part);
    draw();
    // Kept in the address, so going back or sharing the link finds it again.
    const kept = new URLSearchParams();
    if (filter.q) kept.set("q", filter.q);
    if (filter.category) kept.set("category", filter.category);
    if (filter.sort !== "featured") kept.set("sort", filter.sort);
    history.replaceState(null, "", kept.size > 0 ? `#/?${kept}` : "#/");
  }

  function draw() {
    const words = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
    const found = all
      .filter((product) => !filter.category || product.category === filter.category)
      .filter((product) => {
        const text = `${product.name} ${product.category} ${product.description}`.toLowerCase();
        return words.every((word) => text.includes(word));
      })
      .sort(SORTS[filter.sort].compare);
    fill(list, found.map(productCard));
    list.hidden = found.length === 0;
    fill(none, found.length === 0 && emptyState({
      symbol: "search", level: "h3", title: "No match",
      text: "Nothing in the shop fits that. Try another word or category.",
      action: h("button.button", {
        type: "button",
        onclick: () => {
          search.value = "";
          change({ q: "", category: "" });
          search.focus();
        },
      }, "Clear filters"),
    }));
    count.textContent = plural(found.length, "product");
    for (const chip of chips.children) {
      chip.setAttribute("aria-pressed", String(chip.dataset.category === filter.category));
    }
  }
  draw();

  const node = h("div",
    h("section.hero",
      h("div.hero-text",
        h("h1.hero-title", "Good tools for a calm desk"),
        h("p.hero-lead", "Eight things we would buy again. Order one, and watch it move from shelf to doorstep, live."),
        h("ul.hero-points",
          h("li", icon("truck"), "Free delivery"),
          h("li", icon("box"), "In stock today"))),
      h("img.hero-art", { src: "/images/hero-desk.svg", alt: "", width: "600", height: "400" })),
    h("section.catalogue", { "aria-labelledby": "products-heading" },
      h("div.catalogue-head",
        h("h2", { id: "products-heading" }, "Products"), count),
      h("div.toolbar", { role: "search" },
        h("div.search", icon("search"), h("label", { for: "search" }, hidden("Search")), search),
        chips,
        h("div.sort-box", h("label", { for: "sort" }, hidden("Sort by")), sort)),
      list, none));
  return { title: "", node };
}
