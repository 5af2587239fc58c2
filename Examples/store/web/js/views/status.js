// Pages for the moments in between: loading, not found, broken.

import { h, icon } from "../dom.js";
import { reload } from "../router.js";

export function loadingView() {
  return h("div.loading", { role: "status" },
    h("span.spinner", { "aria-hidden": "true" }),
    h("p", "Loading"));
}

/** A friendly full page for an error. */
export function errorView(error) {
  const missing = error.status === 404;
  const title = missing ? "Nothing here" : "That did not work";
  return {
    title,
    node: emptyState({
      symbol: missing ? "search" : "alert",
      title,
      text: missing ? "This page does not exist, or it is not yours to see." : error.message,
      action: missing
        ? h("a.button", { href: "#/" }, "Back to the shop")
        : h("button.button", { type: "button", onclick: reload }, "Try again"),
    }),
  };
}

export function emptyState({ symbol, title, text, action, level = "h1" }) {
  return h("div.empty",
    h("span.empty-symbol", icon(symbol)),
    h(`${level}.empty-title`, title),
    h("p.empty-text", text),
    action);
}
