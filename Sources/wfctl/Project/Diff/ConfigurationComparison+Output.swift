import WorkflowCommandLine
import WorkflowCore

extension ConfigurationComparison {
    private static let signs = ["add": "+", "change": "~", "remove": "-"]

    // MARK: - For people

    /// The lines, of a width if it is given.
    func lines(width: Int?, style: TextStyle) -> [String] {
        guard !isEmpty else { return ["Both mean the same."] }
        var lines: [String] = []
        for part in parts {
            let type = part.type.isEmpty ? "" : " (\(part.type))"
            let head = "\(Self.signs[part.action] ?? " ") \(part.section) \(part.name)\(type)"
            lines.append(line(head, part.place, width, style))
            if let script = part.changedScript {
                lines.append(line("    ~ the script \(script) has changed", nil, width, style))
            }
            lines += part.changes.map { line("    \(Self.text(of: $0))", $0.place, width, style) }
        }
        if isReordered { lines.append(style.plan("~ the modules stand in another order")) }
        let counts = [("add", "added"), ("change", "changed"), ("remove", "removed")].map { action, word in
            "\(parts.count { $0.action == action }) \(word)"
        }
        return lines + ["", "Parts: \(counts.joined(separator: ", "))."]
    }

    private static func text(of change: Change) -> String {
        let path = change.path.isEmpty ? "(all keys)" : change.path
        return switch (change.old, change.new) {
        case (nil, let new?): "+ \(path): \(new.jsonString())"
        case (let old?, nil): "- \(path): \(old.jsonString())"
        case (let old?, let new?) where old == new: "~ \(path): (differs, not shown)"
        case (let old?, let new?): "~ \(path): \(old.jsonString()) -> \(new.jsonString())"
        case (nil, nil): "~ \(path)"
        }
    }

    /// A line and its place behind it, which stays whole when the line is too long.
    private func line(_ text: String, _ place: SourceLocation?, _ width: Int?, _ style: TextStyle) -> String {
        let place = place.map { PlainText.line("  \($0)") } ?? ""
        var text = PlainText.line(text)
        if let width {
            let room = max(20, width - place.count)
            if text.count > room { text = text.prefix(room - 1) + "…" }
        }
        return style.plan(text) + style.dim(place)
    }

    // MARK: - For programs

    /// Everything, for programs.
    var json: JSONValue {
        func count(_ action: String) -> JSONValue { .integer(Int64(parts.count { $0.action == action })) }
        var document: JSONObject = [
            "equal": .bool(isEmpty),
            "summary": ["add": count("add"), "change": count("change"), "remove": count("remove")],
            "parts": .array(parts.map(\.json)),
        ]
        if isReordered { document["reordered"] = true }
        return .object(document)
    }
}

extension ConfigurationComparison.Part {
    fileprivate var json: JSONValue {
        var document: JSONObject = [
            "section": .string(section), "name": .string(name), "action": .string(action),
        ]
        if !type.isEmpty { document["type"] = .string(type) }
        if let changedScript { document["scriptChanged"] = .string(changedScript) }
        document.merge(place.json)
        document["changes"] = .array(changes.map(\.json))
        return .object(document)
    }
}

extension ConfigurationComparison.Change {
    fileprivate var json: JSONValue {
        var document: JSONObject = ["path": .string(path)]
        if let old { document["old"] = old }
        if let new { document["new"] = new }
        document.merge(place.json)
        return .object(document)
    }
}

extension SourceLocation? {
    /// `file`, `line` and `column`; nothing when it is not known.
    fileprivate var json: JSONObject {
        guard let self else { return [:] }
        return [
            "file": .string(self.file), "line": .integer(Int64(self.line)), "column": .integer(Int64(self.column)),
        ]
    }
}
