// The light/dark switch. Without a choice the system decides.

import { fill, icon } from "./dom.js";
import { read, write } from "./storage.js";

const system = matchMedia("(prefers-color-scheme: dark)");

function current() {
  const chosen = read("theme");
  return chosen === "light" || chosen === "dark" ? chosen : system.matches ? "dark" : "light";
}

export function startTheme() {
  const button = document.getElementById("theme-toggle");
  const colour = document.querySelector("meta[name=theme-color]");

  function show() {
    const theme = current();
    const other = theme === "dark" ? "light" : "dark";
    fill(button, icon(theme === "dark" ? "sun" : "moon"));
    button.setAttribute("aria-label", `Switch to ${other} theme`);
    button.title = `Switch to ${other} theme`;
    colour.content = theme === "dark" ? "#14161c" : "#faf8f4";
  }

  button.addEventListener("click", () => {
    const next = current() === "dark" ? "light" : "dark";
    write("theme", next);
    document.documentElement.dataset.theme = next;
    show();
  });
  system.addEventListener("change", show);
  show();
}
