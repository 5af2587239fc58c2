extension APIPage {
    /// Shows an operation and sends its request.
    static let operationScript = #"""
        import { responses, send, showAnswer } from "/answer.js";
        import { element, prose, resolve, sample, schemaTable } from "/samples.js";

        const kept = new Map();

        /** A field for a parameter; what was typed for a name stays while the page is open. */
        function field(api, parameter) {
          const schema = resolve(api, parameter.schema);
          const key = `${parameter.in} ${parameter.name}`;
          const id = `parameter-${key.replace(/\W/g, "-")}`;
          const required = parameter.required ? { required: "" } : {};
          let input;
          if (schema.enum) {
            const options = ["", ...schema.enum].map((value) => element("option", {}, value));
            input = element("select", { id, ...required }, ...options);
          } else {
            const number = schema.type === "integer" || schema.type === "number";
            input = element("input", { id, type: number ? "number" : "text", autocomplete: "off", spellcheck: "false",
              placeholder: schema.default ?? "", ...required });
          }
          input.value = kept.get(key) ?? "";
          input.addEventListener("input", () => kept.set(key, input.value));
          const label = element("label", { for: id }, element("code", {}, parameter.name), " ",
            element("span", { class: "place" }, parameter.in + (parameter.required ? ", needed" : "")));
          const note = parameter.description
            ? element("div", { class: "note" }, ...prose(parameter.description).childNodes) : undefined;
          return { parameter, input, row: element("div", { class: "field" }, label, input, note) };
        }

        /** What the fields ask for. */
        function request(operation, fields, body, session) {
          let path = operation.path;
          const query = new URLSearchParams();
          const headers = [];
          for (const { parameter, input } of fields) {
            const value = input.value;
            if (parameter.in === "path") {
              const rest = /rest of the path/i.test(parameter.description ?? "");
              const text = rest ? value.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value);
              path = path.replace(`{${parameter.name}}`, () => text);
            } else if (value !== "" && parameter.in === "query") {
              query.append(parameter.name, value);
            } else if (value !== "" && parameter.in === "header") {
              headers.push([parameter.name, value]);
            }
          }
          if (session.token) headers.push(["Authorization", `Bearer ${session.token}`]);
          if (body !== undefined) headers.push(["Content-Type", "application/json"]);
          if (query.size) path += `?${query}`;
          const wanted = { method: operation.method.toUpperCase(), path, headers };
          if (operation.server) wanted.server = operation.server;
          return body === undefined ? wanted : { ...wanted, body };
        }

        const quoted = (text) => `'${text.replace(/'/g, "'\\''")}'`;

        function curl(wanted, session) {
          const parts = ["curl", "-i"];
          if (wanted.method !== "GET") parts.push("-X", wanted.method);
          for (const [name, value] of wanted.headers) {
            parts.push("-H", name === "Authorization" ? `"Authorization: Bearer $TOKEN"` : quoted(`${name}: ${value}`));
          }
          if (wanted.body !== undefined) parts.push("-d", quoted(wanted.body));
          return [...parts, quoted((wanted.server ?? session.target) + wanted.path)].join(" ");
        }

        export function showOperation(main, api, operation, session) {
          const fields = (operation.parameters ?? []).map((parameter) => field(api, resolve(api, parameter)));
          const media = Object.entries(operation.requestBody?.content ?? {})[0];
          const form = element("form", {});
          const area = media
            ? element("textarea", { id: "body", spellcheck: "false", "aria-label": "Body" }) : undefined;
          // Header fields that may be left out are seldom filled in.
          const seldom = fields.filter(({ parameter }) => parameter.in === "header" && !parameter.required);
          const usual = fields.filter((each) => !seldom.includes(each));
          if (fields.length) form.append(element("h3", {}, "Parameters"), ...usual.map(({ row }) => row));
          if (seldom.length) {
            const names = element("summary", {}, seldom.map(({ parameter }) => parameter.name).join(", "));
            form.append(element("details", {}, names, ...seldom.map(({ row }) => row)));
          }
          if (area) {
            const key = `body ${operation.operationId}`;
            const example = media[1].example ?? sample(api, media[1].schema ?? {});
            area.value = kept.get(key) ?? JSON.stringify(example ?? {}, null, 2);
            area.addEventListener("input", () => kept.set(key, area.value));
            form.append(element("h3", {}, "Body"));
            if (operation.requestBody.description) form.append(prose(operation.requestBody.description));
            form.append(area);
            const table = schemaTable(api, media[1].schema ?? {});
            if (table) form.append(element("details", {}, element("summary", {}, "What it consists of"), table));
          }
          const button = element("button", { type: "submit", class: "send" }, "Send");
          const command = element("details", {}, element("summary", {}, "As a curl command"), element("pre", {}));
          const answer = element("section", { "aria-live": "polite" });
          form.append(button, command, answer);
          const wanted = () => request(operation, fields, area?.value.trim() ? area.value : undefined, session);
          command.addEventListener("toggle", () => { command.lastChild.textContent = curl(wanted(), session); });
          form.addEventListener("submit", async (event) => {
            event.preventDefault();
            button.disabled = true;
            try {
              showAnswer(answer, await send(wanted(), session), operation, session);
            } catch (error) {
              answer.replaceChildren(element("p", { class: "problem" }, error.message));
            } finally {
              button.disabled = false;
            }
          });
          const needs = operation.security?.length
            ? element("p", { class: "quiet" }, "Needs a token of ", element("code", {},
              operation.security.map((list) => Object.keys(list).join(" and ")).join(" or ")), ".") : undefined;
          const elsewhere = operation.server && operation.server !== session.target
            ? element("p", { class: "quiet" }, "Answered at ", element("code", {}, operation.server), ".") : undefined;
          const parts = [
            element("div", { class: "heading" },
              element("span", { class: `method ${operation.method}` }, operation.method.toUpperCase()),
              element("span", { class: "path" }, operation.path)),
            element("h2", {}, operation.summary), elsewhere, needs,
            operation.description ? prose(operation.description) : undefined,
            form, element("h3", {}, "Possible answers"), responses(api, operation),
          ];
          main.replaceChildren(...parts.filter(Boolean));
          if (main.getBoundingClientRect().top < 0) main.scrollIntoView();
        }

        """#
}
