import { api } from "../api.js";
import { h } from "../dom.js";
import { authCard, checkEmail, field, form, required } from "../form.js";
import { go } from "../router.js";
import { signIn, takeRedirect } from "../session.js";
import { toast } from "../toast.js";

const SHORTEST_PASSWORD = 8;
const LONGEST_PASSWORD_BYTES = 72;

function checkPassword(value) {
  if (value.length < SHORTEST_PASSWORD) return `Use at least ${SHORTEST_PASSWORD} characters.`;
  if (new TextEncoder().encode(value).length > LONGEST_PASSWORD_BYTES) return `Use at most ${LONGEST_PASSWORD_BYTES} characters.`;
  return "";
}

export async function registerView() {
  const name = field({ id: "name", label: "Name", autocomplete: "name", maxlength: "100", check: required("your name") });
  const email = field({ id: "email", label: "Email", type: "email", autocomplete: "email", inputmode: "email", spellcheck: "false", autocapitalize: "none", check: checkEmail });
  const password = field({
    id: "password", label: "Password", type: "password", autocomplete: "new-password",
    hint: `At least ${SHORTEST_PASSWORD} characters.`, check: checkPassword,
  });

  const node = authCard({
    title: "Create your account",
    lead: "It takes half a minute, and it is a demo: any address will do.",
    form: form({
      id: "register-form",
      fields: [name, email, password],
      submit: "Create account",
      send: async (values) => {
        const { token, user } = await api.register(values.email, values.name, values.password);
        signIn(token, user);
        toast("Account created! Welcome!");
        go(takeRedirect(), { replace: true });
      },
    }),
    foot: ["Already a customer? ", h("a", { href: "#/login" }, "Sign in instead")],
  });
  return { title: "Sign up", node };
}
