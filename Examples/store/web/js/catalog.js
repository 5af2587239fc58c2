// The products, fetched once and kept for a minute: pages share them.

import { api } from "./api.js";
import { toCents } from "./format.js";

const KEEP_MS = 60_000;
let cache = null;

/** `{id, data:{...}}` from the API, flattened to what the pages use. */
export function toProduct(raw) {
  const data = raw?.data ?? raw ?? {};
  const stock = Number(data.stock);
  return {
    id: String(raw?.id ?? ""),
    name: String(data.name ?? "Unnamed product"),
    cents: toCents(data.price),
    category: String(data.category ?? "Other"),
    description: String(data.description ?? ""),
    image: imagePath(data.image),
    stock: Number.isFinite(stock) ? Math.max(0, Math.floor(stock)) : 0,
  };
}

// Pictures come from this site only.
function imagePath(value) {
  const path = String(value ?? "");
  return /^\/?images\/[\w.-]+$/.test(path) ? `/${path.replace(/^\//, "")}` : "/images/placeholder.svg";
}

/** All products for sale, in a stable order (the API promises none). */
export async function products(options) {
  if (cache && Date.now() - cache.at < KEEP_MS) return cache.list;
  const raw = await api.products(options);
  const list = raw
    .filter((item) => !item.state || item.state === "active")
    .map(toProduct)
    .sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
  cache = { at: Date.now(), list };
  return list;
}

/** Products by id; an empty map when the catalogue cannot be reached. */
export async function productsById(options) {
  try {
    return new Map((await products(options)).map((item) => [item.id, item]));
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return new Map();
  }
}

/** Stock changes when orders are placed, so forget what we know. */
export function forgetProducts() {
  cache = null;
}

/** One of eight backdrops for a product's picture, always the same one. */
export function tone(id) {
  const number = /(\d+)$/.exec(id);
  if (number) return String(Number(number[1]) % 8);
  let sum = 0;
  for (const character of id) sum += character.codePointAt(0);
  return String(sum % 8);
}
