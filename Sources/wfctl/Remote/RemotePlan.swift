import WorkflowCommandLine
import WorkflowCore

/// A plan as a server sends it, for people; it looks like that of `wfctl plan`.
struct RemotePlan {
    private static let signs = ["add": "+", "change": "~", "remove": "-"]

    /// The document.
    let json: JSONValue

    /// Whether nothing would change.
    var isEmpty: Bool { json["empty"]?.boolValue ?? false }

    /// The running instances that the change itself would strand.
    var newlyStranded: Int {
        list(json["stranded"]).filter { $0["strandedBefore"]?.boolValue != true }
            .reduce(0) { $0 + ($1["count"]?.intValue ?? 0) }
    }

    /// The lines, of a width if it is given.
    func lines(width: Int?, style: TextStyle) -> [String] {
        var lines = list(json["parts"]).flatMap(part)
        if json["reordered"]?.boolValue == true { lines.append("~ the modules stand in another order") }
        for (key, title) in [("routes", "Routes"), ("schedules", "Schedules"), ("subscriptions", "Subscriptions")] {
            lines += section(title, items(json[key]))
        }
        lines += section("State machines", list(json["stateMachines"]).flatMap(machine))
        lines += section("Running instances in states that are gone", list(json["stranded"]).map(stranded))
        let shown = lines.map { line in
            let line = PlainText.line(line)
            return style.plan(width.map { line.count > $0 ? line.prefix($0 - 1) + "…" : line } ?? line)
        }
        return shown + (lines.isEmpty ? [] : [""]) + PlainText.wrapped(summary, width: width ?? 1000)
    }

    private var summary: String {
        func number(_ key: String) -> Int { json["summary"]?[key]?.intValue ?? 0 }
        guard !isEmpty else { return "No changes; \(number("untouched")) untouched." }
        return "Plan: \(number("add")) to add, \(number("change")) to change, \(number("remove")) to remove; "
            + "\(number("untouched")) untouched (\(number("carriedOver")) carried over, \(number("rebuilt")) rebuilt)."
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", title] + lines
    }

    private func part(_ part: JSONValue) -> [String] {
        let type = text(part, "type").isEmpty ? "" : " (\(text(part, "type")))"
        let effect = text(part, "effect") == "none" ? "" : ", is \(text(part, "effect"))"
        let sign = Self.signs[text(part, "action")] ?? ""
        var lines = ["\(sign) \(text(part, "section")) \(text(part, "name"))\(type)\(effect)"]
        if let script = part["scriptChanged"]?.stringValue { lines.append("    ~ the script \(script) has changed") }
        for change in list(part["changes"]) {
            let path = text(change, "path").isEmpty ? "(all keys)" : text(change, "path")
            switch (change["old"], change["new"]) {
            case (nil, let new?): lines.append("    + \(path): \(new.jsonString())")
            case (let old?, nil): lines.append("    - \(path): \(old.jsonString())")
            case (let old?, let new?) where old == new: lines.append("    ~ \(path): (changed, not shown)")
            case (let old?, let new?): lines.append("    ~ \(path): \(old.jsonString()) -> \(new.jsonString())")
            case (nil, nil): break
            }
        }
        return lines
    }

    private func items(_ changes: JSONValue?) -> [String] {
        list(changes?["added"]).map { "  + \(item($0))" }
            + list(changes?["changed"]).flatMap { change in
                ["  ~ \(item(change["new"] ?? .null))", "      was \(item(change["old"] ?? .null))"]
            } + list(changes?["removed"]).map { "  - \(item($0))" }
    }

    /// A route, a schedule or a subscription in one line.
    private func item(_ item: JSONValue) -> String {
        let head = ["name", "method", "path", "schedule", "timezone", "topic", "broker"].map { text(item, $0) }
            .filter { !$0.isEmpty }
        let target = ["handler", "job", "command", "workflow", "action"].map { text(item, $0) }.filter { !$0.isEmpty }
        let chain = list(item["middlewares"]).compactMap(\.stringValue).joined(separator: ", ")
        return head.joined(separator: " ") + " -> " + target.joined(separator: ":")
            + (chain.isEmpty ? "" : " [\(chain)]")
    }

    private func machine(_ machine: JSONValue) -> [String] {
        var lines = ["  \(Self.signs[text(machine, "action")] ?? "") \(text(machine, "name"))"]
        guard text(machine, "action") == "change" else { return lines }
        for (key, noun) in [("states", "state"), ("transitions", "transition")] {
            for (action, sign) in [("added", "+"), ("changed", "~"), ("removed", "-")] {
                lines += list(machine[key]?[action]).compactMap(\.stringValue).map { "      \(sign) \(noun) \($0)" }
            }
        }
        return lines
    }

    private func stranded(_ group: JSONValue) -> String {
        let count = IssueReport.count(group["count"]?.intValue ?? 0, "instance")
        return "  ! \(text(group, "definition")): \(count) in \"\(text(group, "state"))\""
    }

    private func list(_ value: JSONValue?) -> [JSONValue] { value?.arrayValue ?? [] }

    private func text(_ value: JSONValue, _ key: String) -> String { value[key]?.stringValue ?? "" }
}
