extension APIPage {
    /// Sends requests, and shows answers.
    static let answerScript = #"""
        import { element, prose, resolve, schemaTable } from "/samples.js";

        function pretty(text) {
          try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
        }

        /** Shows what came back. */
        export function showAnswer(place, answer, operation, session) {
          const known = operation.responses[answer.status];
          const good = answer.status < 400;
          const line = element("p", { class: "status" },
            element("strong", { class: good ? "good" : "bad" }, `${answer.status} ${answer.reason}`),
            element("span", { class: "quiet" }, `${answer.milliseconds} ms`),
            element("span", { class: "quiet" }, known ? known.description : ""));
          const headers = element("details", {}, element("summary", {}, `${answer.headers.length} header fields`),
            element("pre", {}, answer.headers.map((pair) => pair.join(": ")).join("\n")));
          place.replaceChildren(element("h3", {}, "Answer"), line);
          let received;
          try { received = JSON.parse(answer.body).token; } catch { received = undefined; }
          if (typeof received === "string") {
            const use = element("button", { type: "button", class: "small" }, "Use this token");
            use.addEventListener("click", () => {
              session.token = received;
              use.textContent = "In use";
              use.disabled = true;
            });
            line.append(use);
          }
          if (answer.body) place.append(element("pre", { id: "answer" }, pretty(answer.body)));
          if (answer.note) place.append(element("p", { class: "quiet" }, answer.note));
          place.append(headers);
        }

        /** Has a request made. */
        export async function send(wanted, session) {
          const answer = await fetch("/send", { method: "POST", body: JSON.stringify(wanted),
            headers: { "Content-Type": "application/json", "X-Request-Token": session.requestToken } });
          const document = await answer.json();
          if (!answer.ok) throw new Error(document.detail ?? `${answer.status}`);
          return document;
        }

        /** What an operation may be answered with. */
        export function responses(api, operation) {
          return element("table", {}, ...Object.entries(operation.responses).map(([status, given]) => {
            const response = resolve(api, given);
            const schemas = Object.values(response.content ?? {}).map((media) => schemaTable(api, media.schema ?? {}))
              .filter(Boolean);
            const types = element("summary", {}, Object.keys(response.content ?? {}).join(", "));
            const more = schemas.length ? element("details", {}, types, schemas[0]) : undefined;
            return element("tr", {}, element("td", {}, element("code", {}, status)),
              element("td", {}, ...prose(response.description).childNodes, more));
          }));
        }

        """#
}
