// Who is signed in: a token and a copy of the user, both in localStorage.

import { read, readJSON, write } from "./storage.js";

export const session = new EventTarget();

export function token() {
  return read("token");
}

export function user() {
  const value = readJSON("user");
  return value && typeof value === "object" ? value : null;
}

export function signIn(newToken, newUser) {
  write("token", newToken);
  setUser(newUser);
}

export function setUser(newUser) {
  write("user", newUser ? JSON.stringify(newUser) : null);
  session.dispatchEvent(new Event("change"));
}

export function signOut() {
  write("token", null);
  setUser(null);
}

/** Remembers where to go once signed in. */
export function rememberRedirect(hash) {
  write("redirect_after_login", hash);
}

/** The remembered place, once; the catalogue when there is none. */
export function takeRedirect() {
  const hash = read("redirect_after_login");
  write("redirect_after_login", null);
  return hash && hash.startsWith("#/") ? hash : "#/";
}
