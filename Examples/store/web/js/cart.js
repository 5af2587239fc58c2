// The cart: `[{productId, quantity}]` in localStorage. Names and prices are
// looked up when shown, so a cart never holds a stale price.

import { readJSON, write } from "./storage.js";

const KEY = "cart";
export const cart = new EventTarget();

/** The lines, with anything malformed left out. */
export function lines() {
  const stored = readJSON(KEY);
  if (!Array.isArray(stored)) return [];
  return stored.filter((line) => line && typeof line.productId === "string"
    && Number.isInteger(line.quantity) && line.quantity > 0);
}

function save(list) {
  write(KEY, list.length > 0 ? JSON.stringify(list) : null);
  cart.dispatchEvent(new Event("change"));
}

export function count() {
  return lines().reduce((sum, line) => sum + line.quantity, 0);
}

export function quantityOf(productId) {
  return lines().find((line) => line.productId === productId)?.quantity ?? 0;
}

/** Sets a quantity between 1 and `most`. */
export function setQuantity(productId, quantity, most = Infinity) {
  const wanted = Math.max(1, Math.min(quantity, most));
  const list = lines();
  const line = list.find((entry) => entry.productId === productId);
  if (line) line.quantity = wanted;
  else list.push({ productId, quantity: wanted });
  save(list);
}

/** Adds, up to `most` in all. Answers whether anything was added. */
export function add(productId, quantity, most) {
  const before = quantityOf(productId);
  if (before >= most) return false;
  setQuantity(productId, before + quantity, most);
  return true;
}

export function remove(productId) {
  save(lines().filter((line) => line.productId !== productId));
}

export function clear() {
  save([]);
}

// Another tab changed the cart.
addEventListener("storage", (event) => {
  if (event.key === KEY || event.key === null) cart.dispatchEvent(new Event("change"));
});
