import { api } from "../api.js";
import { h, icon } from "../dom.js";
import { field, form, required } from "../form.js";
import { formatMonth } from "../format.js";
import { setUser } from "../session.js";
import { toast } from "../toast.js";

export async function profileView({ signal, expired }) {
  const user = await api.profile({ signal });
  const heading = h("p.profile-name");
  const avatar = h("span.avatar", { "aria-hidden": "true" });
  const since = formatMonth(user.createdAt);

  function show(person) {
    heading.textContent = person.name || person.email;
    avatar.textContent = initials(person.name || person.email || "?");
  }
  show(user);

  const name = field({ id: "name", label: "Name", autocomplete: "name", maxlength: "100", value: user.name ?? "", check: required("your name") });
  const email = field({ id: "email", label: "Email", type: "email", value: user.email ?? "", readonly: true, hint: "Your e-mail address is your login and stays as it is." });

  const node = h("div.narrow",
    h("h1", "Your profile"),
    h("section.card.profile-card",
      h("div.profile-head", avatar, h("div", heading, h("p.muted", user.email), since && h("p.muted", `Customer since ${since}`))),
      form({
        id: "profile-form",
        fields: [name, email],
        submit: "Save changes",
        send: async (values) => {
          try {
            const saved = await api.updateProfile(values.name);
            setUser(saved);
            show(saved);
            toast("Profile updated");
          } catch (error) {
            if (error.status === 401) expired();
            else throw error;
          }
        },
      })),
    h("a.card.row-link", { href: "#/orders" }, icon("receipt"), h("span", "Your order history"), icon("chevron")));
  return { title: "Profile", node };
}

function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked.map((word) => [...word][0].toUpperCase()).join("");
}
