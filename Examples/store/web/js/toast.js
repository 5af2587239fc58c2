// Short messages in a corner. The container is a polite live region, so they
// are also read out; errors stay longer.

import { h, icon, hidden } from "./dom.js";

const KEEP_MS = { success: 4500, info: 4500, error: 8000 };
const MOST = 3;

export function toast(message, kind = "success") {
  const region = document.getElementById("toasts");
  // The same message twice is one message.
  for (const shown of [...region.children]) {
    if (shown.querySelector(".toast-text").textContent === message) shown.remove();
  }
  while (region.childElementCount >= MOST) region.firstElementChild.remove();

  const remove = () => element.remove();
  const element = h(`div.toast.toast-${kind}`,
    icon(kind === "error" ? "alert" : "check", "toast-icon"),
    h("p.toast-text", message),
    h("button.toast-close", { type: "button", onclick: remove }, icon("cross"), hidden("Dismiss")),
  );
  region.append(element);

  // Reading takes time: the clock waits while the pointer or focus is inside.
  let timer = setTimeout(remove, KEEP_MS[kind]);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(remove, 2500);
  };
  element.addEventListener("pointerenter", hold);
  element.addEventListener("pointerleave", release);
  element.addEventListener("focusin", hold);
  element.addEventListener("focusout", release);
}
