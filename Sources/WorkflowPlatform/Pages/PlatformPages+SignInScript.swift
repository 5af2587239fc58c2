extension PlatformPages {
    /// Signing in: with a password, at a provider, and with a second factor.
    static let signInScript = #"""
        import { Problem, address, byID, call, home, onSubmit, run, session, show } from "./page.js";

        const key = "workflow-sign-on";
        const names = { github: "GitHub", google: "Google" };
        let attempt;
        let finish;
        let beside = [];

        // Shows the sign-in, and ends when somebody has signed in.
        export function signIn(...steps) {
          beside = steps;
          show("sign-in", ...beside);
          return new Promise((resolve) => { finish = resolve; });
        }

        async function tryWith(request) {
          attempt = request;
          try {
            session.begin(await request({}));
          } catch (error) {
            if (error.type !== "second-factor-required") throw error;
            show("second-factor", ...beside);
            return;
          }
          finish();
        }

        onSubmit("sign-in-form", ({ email, password }) =>
          tryWith((code) => call("POST", "auth/login", { email, password, ...code })));
        onSubmit("second-factor-form", async ({ code }) => {
          byID("factor").value = "";
          session.begin(await attempt({ code: code.trim() }));
          finish();
        });

        const encoded = (bytes) => btoa(String.fromCharCode(...bytes))
          .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

        // Offers the providers of the platform. What is kept comes back with the person, into this tab only.
        export async function offerProviders(page, kept, query = {}) {
          // Without it the digest that binds the sign-in to this tab cannot be made: it needs https.
          if (!globalThis.crypto?.subtle) return;
          const providers = (await call("GET", "auth/oauth2"))
            .filter(({ name, sign_on_url }) => sign_on_url === address(`auth/oauth2/${name}`).href);
          for (const place of document.querySelectorAll(".providers")) {
            place.hidden = !providers.length;
            place.replaceChildren(...providers.map(({ name, type, sign_on_url }) => {
              const button = document.createElement("button");
              Object.assign(button, { type: "button", className: "plain" });
              button.textContent = `Continue with ${names[type] ?? name}`;
              button.addEventListener("click", () => run(button, () => leave(page, sign_on_url, kept(), query)));
              return button;
            }));
          }
        }

        async function leave(page, url, kept, query) {
          const verifier = encoded(crypto.getRandomValues(new Uint8Array(32)));
          const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
          sessionStorage.setItem(key, JSON.stringify({ verifier, kept }));
          const target = new URL(url);
          target.search = new URLSearchParams({
            redirect_uri: new URL(page, home).href, code_challenge: encoded(new Uint8Array(digest)), ...query,
          });
          location.assign(target);
        }

        // Whoever comes back from a provider: what was kept, once they are signed in; null for everybody else.
        export async function comeBack() {
          const query = new URLSearchParams(location.search);
          const found = JSON.parse(sessionStorage.getItem(key) ?? "null");
          sessionStorage.removeItem(key);
          if (!query.has("sign_on_code") && !query.has("error")) return null;
          history.replaceState(null, "", location.pathname);
          if (!found) throw new Problem("The sign-in did not begin in this tab; begin again.");
          if (query.has("error")) throw new Problem(query.get("error_description") ?? "The provider signed nobody in.");
          const signedIn = new Promise((resolve) => { finish = resolve; });
          await tryWith((code) => call("POST", "auth/oauth2/token", {
            sign_on_code: query.get("sign_on_code"), code_verifier: found.verifier, ...code,
          }));
          await signedIn;
          return found;
        }

        """#
}
