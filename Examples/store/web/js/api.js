// Every call to the server. Failures become ApiError with the server's own
// words, ready to be shown.

import { token } from "./session.js";

export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

export function authorization() {
  const value = token();
  return value ? { Authorization: `Bearer ${value}` } : {};
}

/** The error text of an answer: JSON `error` or `message`, else plain text. */
export async function errorFrom(response) {
  let text = "";
  try {
    text = (await response.text()).trim();
    const body = JSON.parse(text);
    text = String(body.error || body.message || "");
  } catch {
    if (text.startsWith("<")) text = "";
  }
  if (!text && response.status === 429) text = "Too many requests. Please wait a moment.";
  return new ApiError(text || `The server answered ${response.status}`, response.status);
}

async function request(method, path, { body, signal } = {}) {
  const headers = { Accept: "application/json", ...authorization() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(`/api${path}`, {
      method, headers, signal, cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The server cannot be reached. Please try again.", 0);
  }
  if (!response.ok) throw await errorFrom(response);
  try {
    return await response.json();
  } catch {
    throw new ApiError("The server sent an answer this page does not understand.", response.status);
  }
}

const listOf = (answer, key) => (Array.isArray(answer) ? answer : answer?.[key]) ?? [];
const encode = encodeURIComponent;

export const api = {
  products: async (options) => listOf(await request("GET", "/products", options), "products"),
  product: (id, options) => request("GET", `/products/${encode(id)}`, options),

  register: (email, name, password) => request("POST", "/auth/register", { body: { email, name, password } }),
  login: (email, password) => request("POST", "/auth/login", { body: { email, password } }),
  profile: (options) => request("GET", "/auth/profile", options),
  updateProfile: (name) => request("PUT", "/auth/profile", { body: { name } }),

  placeOrder: (items, shipping) => request("POST", "/orders", { body: { items, shipping } }),
  orders: async (options) => listOf(await request("GET", "/orders", options), "orders"),
  order: (id, options) => request("GET", `/orders/${encode(id)}`, options),
  transition: (id, transition) => request("PUT", `/orders/${encode(id)}/transition`, { body: { transition } }),
};
