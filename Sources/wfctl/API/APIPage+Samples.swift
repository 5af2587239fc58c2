extension APIPage {
    /// Elements, a little Markdown, and examples of what a schema describes.
    static let samplesScript = #"""
        /** An element with attributes and children; text stays text. */
        export function element(name, attributes, ...children) {
          const made = document.createElement(name);
          for (const [key, value] of Object.entries(attributes ?? {})) made.setAttribute(key, value);
          made.append(...children.filter((child) => child !== undefined && child !== null));
          return made;
        }

        /** What a reference leads to. */
        export function resolve(api, schema) {
          for (let steps = 0; schema?.$ref?.startsWith("#/") && steps < 20; steps += 1) {
            schema = schema.$ref.slice(2).split("/")
              .reduce((value, key) => value?.[key.replace(/~1/g, "/").replace(/~0/g, "~")], api);
          }
          return schema ?? {};
        }

        /** A value that a schema might describe, to begin with. */
        export function sample(api, given, depth = 0) {
          const schema = resolve(api, given);
          if (depth > 6 || typeof schema !== "object") return null;
          for (const key of ["const", "default", "example"]) if (key in schema) return schema[key];
          if (schema.examples?.length) return schema.examples[0];
          if (schema.enum?.length) return schema.enum[0];
          const choice = schema.oneOf?.[0] ?? schema.anyOf?.[0];
          if (choice) return sample(api, choice, depth + 1);
          if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => sample(api, part, depth + 1) ?? {}));
          const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
          if (type === "object" || schema.properties) {
            const entries = Object.entries(schema.properties ?? {});
            return Object.fromEntries(entries.map(([key, part]) => [key, sample(api, part, depth + 1)]));
          }
          if (type === "array") return [sample(api, schema.items ?? {}, depth + 1)];
          if (type === "integer" || type === "number") return schema.minimum ?? 1;
          if (type === "boolean") return true;
          if (type !== "string") return null;
          const formats = { email: "ada@example.com", "date-time": new Date().toISOString(), date: "2026-01-31",
            uuid: "00000000-0000-4000-8000-000000000000", uri: "https://example.com/",
            password: "correct horse battery" };
          return formats[schema.format] ?? "text";
        }

        /** Text with `code`. */
        function inline(text) {
          return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
            if (/^`.+`$/.test(part)) return element("code", {}, part.slice(1, -1));
            if (/^\*\*.+\*\*$/.test(part)) return element("strong", {}, part.slice(2, -2));
            return part;
          });
        }

        /** Paragraphs, lists and tables. */
        export function prose(text) {
          const place = element("div", { class: "prose" });
          for (const block of text.split(/\n\s*\n/)) {
            const lines = block.split("\n");
            if (lines.every((line) => line.startsWith("|"))) {
              const rows = lines.filter((line) => !/^\|[-| :]+\|$/.test(line))
                .map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
              place.append(element("table", {}, ...rows.map((row, index) =>
                element("tr", {}, ...row.map((cell) => element(index ? "td" : "th", {}, ...inline(cell)))))));
            } else if (lines.every((line) => line.startsWith("- "))) {
              place.append(element("ul", {}, ...lines.map((line) => element("li", {}, ...inline(line.slice(2))))));
            } else {
              place.append(element("p", {}, ...inline(lines.join(" "))));
            }
          }
          return place;
        }

        /** A table of what a schema has in it, or nothing. */
        export function schemaTable(api, given) {
          const whole = resolve(api, given);
          const parts = (whole.allOf ?? []).map((part) => resolve(api, part));
          const schema = { ...whole,
            properties: Object.assign({}, ...parts.map((part) => part.properties), whole.properties),
            required: [...parts, whole].flatMap((part) => part.required ?? []) };
          const properties = Object.entries(schema.properties);
          if (!properties.length) return undefined;
          const titles = ["member", "type", ""].map((title) => element("th", {}, title));
          return element("table", {}, element("tr", {}, ...titles),
            ...properties.map(([name, part]) => {
              const inner = resolve(api, part);
              const type = inner.enum ? inner.enum.join(" | ") : "const" in inner ? JSON.stringify(inner.const)
                : [inner.type ?? "any", inner.format].flat().filter(Boolean).join(", ");
              const mark = schema.required.includes(name) ? "" : "?";
              const note = prose((inner.description ?? "").split("\n\n")[0]);
              return element("tr", {}, element("td", {}, element("code", {}, name + mark)), element("td", {}, type),
                element("td", {}, note));
            }));
        }

        """#
}
