// Builds elements without ever parsing HTML: every piece of text becomes a text
// node, so nothing a user or the server says can turn into markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * h("a.button.primary#buy", { href: "#/cart", onclick: handler }, "Buy")
 * Properties: on<event> adds a listener, class adds classes, dataset fills
 * data-*, a boolean toggles an attribute; everything else is an attribute.
 */
export function h(selector, ...rest) {
  const [tag, ...marks] = selector.split(/(?=[.#])/);
  const element = document.createElement(tag);
  for (const mark of marks) {
    if (mark[0] === "#") element.id = mark.slice(1);
    else element.classList.add(mark.slice(1));
  }
  const hasProperties = rest.length > 0 && rest[0] !== null && typeof rest[0] === "object"
    && !(rest[0] instanceof Node) && !Array.isArray(rest[0]);
  if (hasProperties) setProperties(element, rest.shift());
  append(element, rest);
  return element;
}

function setProperties(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.classList.add(...value.split(" ").filter(Boolean));
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
}

/** Appends strings as text, nodes as they are, and skips null and false. */
export function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : String(child));
  }
}

/** Replaces everything inside an element. */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
  return parent;
}

// 24 x 24 outline icons, drawn for this shop.
const ICONS = {
  grid: "M4 4h6.5v6.5H4z M13.5 4H20v6.5h-6.5z M4 13.5h6.5V20H4z M13.5 13.5H20V20h-6.5z",
  bag: "M5.5 8h13l1 12h-15z M9 10.5V7a3 3 0 0 1 6 0v3.5",
  receipt: "M6 3.5h12v17l-3-1.8-3 1.8-3-1.8-3 1.8z M9 8.5h6 M9 12.5h6",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M4.5 20.5c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5",
  login: "M13.5 4H19v16h-5.5 M4 12h10.5 M11 8l4 4-4 4",
  logout: "M10.5 4H5v16h5.5 M10 12h10 M16.5 8l3.5 4-3.5 4",
  plusUser: "M10 12a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6z M3.5 20c.8-3.7 3.4-5.2 6.5-5.2s5.7 1.5 6.5 5.2 M18.5 8v6 M15.5 11h6",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M16.2 16.2 20.5 20.5",
  sun: "M12 16.2a4.2 4.2 0 1 0 0-8.4 4.2 4.2 0 0 0 0 8.4z M12 2.5v2 M12 19.5v2 M2.5 12h2 M19.5 12h2 M5.3 5.3l1.4 1.4 M17.3 17.3l1.4 1.4 M18.7 5.3l-1.4 1.4 M6.7 17.3l-1.4 1.4",
  moon: "M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z",
  plus: "M12 5.5v13 M5.5 12h13",
  minus: "M5.5 12h13",
  trash: "M4.5 7h15 M9.5 7V4.5h5V7 M6.5 7l1 13h9l1-13 M10.3 11v5.5 M13.7 11v5.5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6.5 6.5l11 11 M17.5 6.5l-11 11",
  alert: "M12 4 2.8 20h18.4z M12 10v4.5 M12 17.3v.2",
  back: "M19 12H5 M11 6l-6 6 6 6",
  forward: "M5 12h14 M13 6l6 6-6 6",
  chevron: "M9.5 6l6 6-6 6",
  truck: "M3 6.5h11.5v10H3z M14.5 10h3.7l2.8 3.2v3.3h-6.5 M7.5 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z M17.3 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  card: "M3 6h18v12.5H3z M3 10h18 M6.5 15h4",
  pin: "M12 21c4.5-5 6.5-8.2 6.5-11a6.5 6.5 0 0 0-13 0c0 2.8 2 6 6.5 11z M12 12.3a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z",
  box: "M12 3.2 20 7.5v9L12 20.8 4 16.5v-9z M4 7.5l8 4.3 8-4.3 M12 11.8v9",
  retry: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4 M19.7 3.5v4h-4",
  lock: "M5.5 11h13v9.5h-13z M8.5 11V8a3.5 3.5 0 0 1 7 0v3",
};

/** A decorative icon, hidden from assistive technology. */
export function icon(name, extraClass = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon ${extraClass}`.trim());
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name] || "");
  svg.append(path);
  return svg;
}

/** Text for screen readers only. */
export function hidden(text) {
  return h("span.visually-hidden", text);
}
