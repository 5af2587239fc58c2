extension APIPage {
    /// Loads the document, lists the operations, and shows the one that the address names.
    static let script = #"""
        import { showOperation } from "/operation.js";
        import { element } from "/samples.js";

        const methods = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];
        const byID = (id) => document.getElementById(id);
        const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;

        const token = byID("token");
        token.value = sessionStorage.getItem("token") ?? "";
        token.addEventListener("input", () => sessionStorage.setItem("token", token.value));
        const session = {
          get token() { return token.value.trim(); },
          set token(value) { token.value = value; sessionStorage.setItem("token", value); },
          target: meta("target"),
          requestToken: meta("request-token"),
        };
        byID("target").textContent = session.target;

        function operationsOf(api) {
          const found = [];
          for (const [path, item] of Object.entries(api.paths ?? {})) {
            for (const method of methods) {
              if (!item[method]) continue;
              const server = (item[method].servers ?? item.servers)?.[0]?.url;
              found.push({ path, method, ...item[method], server });
            }
          }
          return found;
        }

        function list(api, operations, show) {
          const place = byID("operations");
          const words = byID("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
          place.replaceChildren();
          for (const tag of api.tags ?? []) {
            const matching = operations.filter(({ tags, method, path, summary }) => tags?.[0] === tag.name
              && words.every((word) => `${method} ${path} ${summary}`.toLowerCase().includes(word)));
            if (!matching.length) continue;
            place.append(element("h3", {}, tag.name));
            for (const operation of matching) {
              const button = element("button", { type: "button", title: operation.summary },
                element("span", { class: `method ${operation.method}` }, operation.method.toUpperCase()),
                element("span", { class: "path" }, operation.path));
              if (operation.operationId === current()) button.setAttribute("aria-current", "true");
              button.addEventListener("click", () => { location.hash = encodeURIComponent(operation.operationId); });
              place.append(button);
            }
          }
          if (!place.children.length) place.append(element("p", { class: "quiet" }, "Nothing of this name."));
        }

        const current = () => decodeURIComponent(location.hash.slice(1));

        async function start() {
          const answer = await fetch("/openapi.json");
          const api = await answer.json();
          const main = byID("main");
          if (!answer.ok) {
            main.replaceChildren(element("h2", {}, "The configuration has errors"),
              element("pre", {}, api.detail ?? ""));
            return;
          }
          document.title = `${api.info.title} API`;
          byID("title").textContent = api.info.title;
          byID("about").textContent = api.info.description ?? "";
          const operations = operationsOf(api);
          const update = () => {
            list(api, operations);
            const chosen = operations.find((operation) => operation.operationId === current()) ?? operations[0];
            if (!chosen) {
              main.replaceChildren(element("p", { class: "quiet" }, "The configuration has no routes."));
              return;
            }
            if (!location.hash) history.replaceState(null, "", `#${encodeURIComponent(chosen.operationId)}`);
            list(api, operations);
            showOperation(main, api, chosen, session);
          };
          byID("filter").addEventListener("input", () => list(api, operations));
          addEventListener("hashchange", update);
          update();
        }

        start().catch((error) => {
          const text = `The description cannot be loaded: ${error.message}`;
          byID("main").replaceChildren(element("p", { class: "problem" }, text));
        });

        """#
}
