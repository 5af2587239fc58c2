extension PlatformPages {
    /// What all pages share: requests to the API, steps, forms, and what is said when something goes wrong.
    static let script = #"""
        const api = new URL("../api/v1/", import.meta.url);
        export const home = new URL("../", import.meta.url);
        export const byID = (id) => document.getElementById(id);

        // The access token lives here, and nowhere else.
        let token = null;
        export const session = {
          get isSignedIn() { return token !== null; },
          begin(tokens) { token = tokens.access_token; },
          async end() {
            if (token === null) return;
            try {
              await call("POST", "auth/logout");
            } catch (error) {
              console.warn(error.message);
            }
            token = null;
          },
        };

        export class Problem extends Error {
          constructor(text, type = "") {
            super(text);
            this.type = type;
          }
        }

        export const address = (path) => new URL(path, api);

        export async function call(method, path, body) {
          const headers = {};
          if (token !== null) headers.authorization = `Bearer ${token}`;
          if (body !== undefined) headers["content-type"] = "application/json";
          let answer;
          try {
            answer = await fetch(address(path), {
              method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "omit",
            });
          } catch {
            throw new Problem("The platform cannot be reached. Look at your connection, and try again.");
          }
          const text = await answer.text();
          let document = {};
          try {
            document = text ? JSON.parse(text) : {};
          } catch {
            throw new Problem(`The platform gives an answer that cannot be read (status ${answer.status}).`);
          }
          if (answer.ok) return document.data;
          if (answer.status === 401 && path !== "auth/login" && !path.startsWith("auth/oauth2/")) token = null;
          throw problem(answer, document);
        }

        function problem(answer, { type = "", detail, errors }) {
          let text = errors?.[0]?.detail ?? detail ?? `The platform answers with the status ${answer.status}.`;
          const wait = Number(answer.headers.get("retry-after"));
          if (wait > 0) text += ` Try again in ${wait < 120 ? `${wait} s` : `${Math.ceil(wait / 60)} minutes`}.`;
          return new Problem(text, type.replace("urn:workflow:problem:", ""));
        }

        // The token of the link, which does not stay in the address.
        export function linkToken() {
          const found = new URLSearchParams(location.hash.slice(1)).get("token");
          if (location.hash) history.replaceState(null, "", location.pathname);
          return found;
        }

        // Shows one step, and what stays beside it; whoever reads with a screen reader or a keyboard is led there.
        export function show(step, ...beside) {
          for (const section of document.querySelectorAll("main > section")) {
            section.hidden = ![step, ...beside].includes(section.id);
          }
          complain(null);
          const section = byID(step);
          const inputs = [...section.querySelectorAll("input:not([hidden], [readonly], [type=checkbox])")];
          const first = inputs.find((input) => !input.value) ?? inputs[0];
          (first ?? section.querySelector("h2[tabindex], button"))?.focus();
        }

        export function complain(error) {
          const place = byID("problem");
          if (error && !(error instanceof Problem)) console.error(error);
          place.hidden = !error;
          place.textContent = error instanceof Problem ? error.message
            : error ? "Something is wrong with this page. Load it again." : "";
        }

        // Runs what a button or a form does: once at a time, and with its failure told.
        export async function run(button, work) {
          if (button.disabled) return;
          button.disabled = true;
          complain(null);
          try {
            await work();
          } catch (error) {
            complain(error);
          } finally {
            button.disabled = false;
          }
        }

        export function onSubmit(id, work) {
          byID(id).addEventListener("submit", (event) => {
            event.preventDefault();
            const values = Object.fromEntries(new FormData(event.target));
            run(event.target.querySelector("button:not([type])"), () => work(values));
          });
        }

        for (const box of document.querySelectorAll("input[data-shows]")) {
          box.addEventListener("change", () => { byID(box.dataset.shows).type = box.checked ? "text" : "password"; });
        }

        """#
}
