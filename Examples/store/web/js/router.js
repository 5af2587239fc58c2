// Hash routing: "#/product/prod-001?x=1" to a view, one at a time.
//
// A view is an async function of {params, query, signal} that answers
// {title, node}. `signal` aborts when the visitor moves on, which ends
// whatever the view has started.

import { fill } from "./dom.js";
import { errorView, loadingView } from "./views/status.js";
import { rememberRedirect, token } from "./session.js";

const SHOW_LOADING_AFTER_MS = 150;

const main = () => document.getElementById("main");
const scrollPositions = new Map();

let routes = [];
let current = null; // { path, controller }
let linked = false; // did the visitor follow a link, or go back?
let first = true;

/** Route: { pattern: "/product/:id", view, auth } */
export function startRouter(table, onRoute) {
  routes = table;
  history.scrollRestoration = "manual";
  addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("a[href^='#/']")) linked = true;
  });
  addEventListener("hashchange", () => {
    if (isRoute(location.hash)) show(onRoute);
  });
  addEventListener("route:reload", () => show(onRoute));
  show(onRoute);
}

const isRoute = (hash) => hash === "" || hash === "#" || hash.startsWith("#/");

/** Goes to a hash; `replace` leaves no entry to go back to. */
export function go(hash, { replace = false } = {}) {
  linked = true;
  if (location.hash === hash) reload();
  else if (replace) location.replace(hash);
  else location.hash = hash;
}

/** Shows the current page anew. */
export function reload() {
  dispatchEvent(new Event("route:reload"));
}

/** Splits a hash into path and query. */
export function parseHash(hash) {
  const [path, query = ""] = hash.replace(/^#/, "").split("?");
  return { path: path || "/", query: new URLSearchParams(query) };
}

function match(path) {
  const parts = path.split("/").filter(Boolean);
  for (const route of routes) {
    const wanted = route.pattern.split("/").filter(Boolean);
    if (wanted.length !== parts.length) continue;
    const params = {};
    const fits = wanted.every((part, index) => {
      if (!part.startsWith(":")) return part === parts[index];
      try {
        params[part.slice(1)] = decodeURIComponent(parts[index]);
        return true;
      } catch {
        return false;
      }
    });
    if (fits) return { route, params };
  }
  return null;
}

async function show(onRoute) {
  const { path, query } = parseHash(location.hash);
  const found = match(path);
  const goingBack = !linked && !first;
  linked = false;

  if (current) {
    scrollPositions.set(current.path, scrollY);
    current.controller.abort();
  }
  const controller = new AbortController();
  current = { path, controller };
  const { signal } = controller;

  if (found?.route.auth && !token()) {
    rememberRedirect(location.hash);
    go("#/login", { replace: true });
    return;
  }
  if (found?.route.guestOnly && token()) {
    go("#/", { replace: true });
    return;
  }

  onRoute(path);
  const timer = setTimeout(() => fill(main(), loadingView()), SHOW_LOADING_AFTER_MS);
  let page;
  try {
    if (!found) page = errorView({ status: 404 });
    else page = await found.route.view({ params: found.params, query, signal });
  } catch (error) {
    if (signal.aborted) return;
    page = errorView(error);
  } finally {
    clearTimeout(timer);
  }
  if (signal.aborted) return;

  fill(main(), page.node);
  document.title = page.title ? `${page.title} - Plinth` : "Plinth";
  scrollTo({ top: goingBack ? scrollPositions.get(path) ?? 0 : 0, behavior: "instant" });

  // Screen readers continue from the new heading; the first page keeps the
  // browser's own starting point.
  if (!first) focusHeading();
  first = false;
}

function focusHeading() {
  const heading = main().querySelector("h1") ?? main();
  heading.setAttribute("tabindex", "-1");
  heading.focus({ preventScroll: true });
}
