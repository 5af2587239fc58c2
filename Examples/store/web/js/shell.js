// The frame around every page: navigation, cart badge, skip link.

import { fill, h, icon } from "./dom.js";
import { cart, count } from "./cart.js";
import { go } from "./router.js";
import { session, signOut, token } from "./session.js";
import { toast } from "./toast.js";

let path = "/";

export function startShell() {
  drawNav();
  session.addEventListener("change", drawNav);
  cart.addEventListener("change", drawBadge);
  // "#main" would be taken for a route, so the skip link moves focus itself.
  document.getElementById("skip-link").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
}

/** Marks the current page in the navigation. */
export function markCurrent(newPath) {
  path = newPath;
  for (const link of document.querySelectorAll("#site-nav a")) {
    const target = link.getAttribute("href").slice(1);
    const here = target === "/" ? path === "/" || path.startsWith("/product/") : path.startsWith(target);
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function link(href, symbol, label, ...extra) {
  return h("a.nav-item", { href }, icon(symbol), h("span.nav-label", label), ...extra);
}

function drawNav() {
  const signedIn = Boolean(token());
  fill(document.getElementById("site-nav"),
    link("#/", "grid", "Products"),
    signedIn && link("#/orders", "receipt", "Orders"),
    signedIn && link("#/profile", "user", "Profile"),
    !signedIn && link("#/login", "login", "Login"),
    !signedIn && link("#/register", "plusUser", "Sign up"),
    link("#/cart", "bag", "Cart", " ", h("span.cart-badge#cart-badge")),
    signedIn && h("button.nav-item#logout-btn", { type: "button", onclick: logOut },
      icon("logout"), h("span.nav-label", "Log out")),
  );
  drawBadge();
  markCurrent(path);
}

function drawBadge() {
  const badge = document.getElementById("cart-badge");
  const number = count();
  badge.hidden = number === 0;
  badge.textContent = number === 0 ? "" : String(number);
}

function logOut() {
  signOut();
  toast("You are signed out.", "info");
  go("#/");
}
