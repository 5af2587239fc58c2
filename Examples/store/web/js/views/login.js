import { api } from "../api.js";
import { h } from "../dom.js";
import { authCard, checkEmail, field, form, required } from "../form.js";
import { go } from "../router.js";
import { signIn, takeRedirect } from "../session.js";
import { toast } from "../toast.js";

export async function loginView() {
  const email = field({ id: "email", label: "Email", type: "email", autocomplete: "email", inputmode: "email", spellcheck: "false", autocapitalize: "none", check: checkEmail });
  const password = field({ id: "password", label: "Password", type: "password", autocomplete: "current-password", check: required("your password") });

  const node = authCard({
    title: "Welcome back",
    lead: "Sign in to place orders and watch them travel.",
    form: form({
      id: "login-form",
      fields: [email, password],
      submit: "Sign in",
      send: async (values) => {
        const { token, user } = await api.login(values.email, values.password);
        signIn(token, user);
        toast("Welcome back!");
        go(takeRedirect(), { replace: true });
      },
    }),
    foot: ["New here? ", h("a", { href: "#/register" }, "Create an account")],
  });
  return { title: "Sign in", node };
}
