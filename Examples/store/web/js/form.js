// Labelled fields with messages that screen readers find, and one way of
// submitting: check, send once, report.

import { h, icon } from "./dom.js";
import { toast } from "./toast.js";

/** A text field. `check` answers a message, or nothing when all is well. */
export function field({ id, label, hint, check = () => "", ...attributes }) {
  const error = h("p.field-error", { id: `${id}-error` });
  error.hidden = true;
  const note = hint ? h("p.field-hint", { id: `${id}-hint` }, hint) : null;
  const input = h("input.input", {
    id, name: id, type: "text", ...attributes,
    "aria-describedby": [note && `${id}-hint`, `${id}-error`].filter(Boolean).join(" "),
  });

  function validate() {
    const message = check(input.value.trim()) || "";
    error.textContent = message;
    error.hidden = message === "";
    if (note) note.hidden = message !== "";
    if (message) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    return message === "";
  }
  // Once told off, the visitor sees at each key whether it is right now.
  input.addEventListener("input", () => {
    if (input.hasAttribute("aria-invalid")) validate();
  });

  const box = attributes.type === "password" ? h("div.input-group", input, revealButton(input)) : input;
  return {
    input, validate,
    node: h("div.field", h("label.label", { for: id }, label), box, note, error),
  };
}

function revealButton(input) {
  const button = h("button.input-reveal", { type: "button", "aria-pressed": "false", "aria-controls": input.id }, "Show");
  button.addEventListener("click", () => {
    const visible = input.type === "text";
    input.type = visible ? "password" : "text";
    button.textContent = visible ? "Show" : "Hide";
    button.setAttribute("aria-pressed", String(!visible));
  });
  return button;
}

export const required = (what) => (value) => (value ? "" : `Please enter ${what}.`);

export function checkEmail(value) {
  if (!value) return "Please enter your e-mail address.";
  return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value) ? "" : "This does not look like an e-mail address.";
}

/** A form; `send` gets the values and may throw: its message is shown. */
export function form({ id, fields, rows, submit, send }) {
  const button = h("button.button.button-wide", { type: "submit" }, submit);
  const element = h("form.form", { id, novalidate: true }, rows ?? fields.map((entry) => entry.node), button);
  let busy = false;

  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    const wrong = fields.filter((entry) => !entry.validate());
    if (wrong.length > 0) {
      wrong[0].input.focus();
      return;
    }
    busy = true;
    button.classList.add("is-busy");
    button.setAttribute("aria-disabled", "true");
    try {
      // A password is taken as typed; everything else without outer spaces.
      await send(Object.fromEntries(fields.map(({ input }) =>
        [input.id, input.autocomplete.includes("password") ? input.value : input.value.trim()])));
    } catch (error) {
      toast(error.message, "error");
    } finally {
      busy = false;
      button.classList.remove("is-busy");
      button.removeAttribute("aria-disabled");
    }
  });
  return element;
}

/** The card that holds a sign-in form. */
export function authCard({ title, lead, form: content, foot }) {
  return h("section.auth",
    h("div.auth-card.card",
      h("span.auth-symbol", icon("lock")),
      h("h1", title),
      h("p.auth-lead", lead),
      content,
      h("p.auth-foot", foot)));
}
