import WorkflowCore

/// The steps of a workflow, as expressions name them.
///
/// In the expression language `check-stock` is a subtraction. Where a workflow has a step of that name, the step is
/// meant: its name is replaced by a path that every name can stand in.
struct StepNames: Sendable {
    /// What a name is replaced by.
    private enum Style {
        /// `steps["check-stock"]`.
        case path
        /// `check_stock`: no value, but as long as the name, so that the positions of errors stay right.
        case placeholder
    }

    /// The names with a hyphen, as bytes, the longest first.
    private let hyphenated: [[UInt8]]

    init(_ names: [String]) {
        hyphenated = names.filter { $0.contains("-") }.flatMap { [$0, "\($0)_error"] }
            .map { Array($0.utf8) }.sorted { $0.count > $1.count }
    }

    /// Compiles an expression.
    func expression(_ text: String) throws(ExpressionParsingError) -> Expression {
        guard !hyphenated.isEmpty else { return try Expression(text) }
        _ = try Expression(replaced(text, .placeholder, isExpression: true))
        return try Expression(replaced(text, .path, isExpression: true))
    }

    /// Compiles a text with `${…}` in it.
    func template(_ text: String) throws(ExpressionParsingError) -> ExpressionTemplate {
        guard !hyphenated.isEmpty else { return try ExpressionTemplate(text) }
        _ = try ExpressionTemplate(replaced(text, .placeholder, isExpression: false))
        return try ExpressionTemplate(replaced(text, .path, isExpression: false))
    }

    /// Compiles a value whose texts, however deep, may have `${…}` in them.
    ///
    /// - Throws: ``ConfigurationError`` with an issue for each text at fault.
    func template(_ node: ConfigurationNode) throws -> JSONTemplate {
        var issues: [ConfigurationIssue] = []
        check(node, &issues)
        if !issues.isEmpty { throw ConfigurationError(issues) }
        return try JSONTemplate(replaced(node.json))
    }

    private func check(_ node: ConfigurationNode, _ issues: inout [ConfigurationIssue]) {
        switch node.content {
        case .mapping(let entries): for entry in entries { check(entry.value, &issues) }
        case .sequence(let elements): for element in elements { check(element, &issues) }
        case .scalar(.string(let text)):
            do {
                _ = try template(text)
            } catch {
                issues.append(error.issue(at: node))
            }
        case .scalar: break
        }
    }

    private func replaced(_ value: JSONValue) -> JSONValue {
        guard !hyphenated.isEmpty else { return value }
        switch value {
        case .string(let text): return .string(replaced(text, .path, isExpression: false))
        case .array(let elements): return .array(elements.map { replaced($0) })
        case .object(let object): return .object(JSONObject(object.map { ($0.key, replaced($0.value)) }))
        default: return value
        }
    }

    private func replaced(_ text: String, _ style: Style, isExpression: Bool) -> String {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let end: Int
            if isExpression {
                end = bytes.count
            } else if bytes[position...].starts(with: "$${".utf8) {
                output += bytes[position..<position + 3]
                position += 3
                continue
            } else if bytes[position...].starts(with: "${".utf8) {
                output += bytes[position..<position + 2]
                position += 2
                end = TemplateText.endOfExpression(in: bytes, from: position) ?? bytes.count
            } else {
                output.append(bytes[position])
                position += 1
                continue
            }
            append(bytes[position..<end], style, to: &output)
            position = end
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Copies an expression with its names replaced.
    private func append(_ expression: ArraySlice<UInt8>, _ style: Style, to output: inout [UInt8]) {
        var rest = expression
        var before: UInt8 = 0
        while let byte = rest.first {
            if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                let end = TemplateText.endOfString(in: rest)
                output += rest[..<end]
                rest = rest[end...]
                before = byte
            } else if let name = name(at: rest, after: before, output) {
                rest = rest.dropFirst(name.count)
                let isMember = before == UInt8(ascii: ".")
                switch style {
                case .placeholder: output += name.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
                case .path where isMember:
                    output.removeLast()
                    output += Array("[\"".utf8) + name + Array("\"]".utf8)
                case .path: output += Array("steps[\"".utf8) + name + Array("\"]".utf8)
                }
                before = UInt8(ascii: "]")
            } else {
                output.append(byte)
                before = byte
                rest = rest.dropFirst()
            }
        }
    }

    /// The name of a step that stands at the beginning of `rest`, by itself or after `steps.`.
    private func name(at rest: ArraySlice<UInt8>, after before: UInt8, _ output: [UInt8]) -> [UInt8]? {
        if TemplateText.isWordByte(before) { return nil }
        if before == UInt8(ascii: ".") {
            guard output.reversed().starts(with: "steps.".utf8.reversed()) else { return nil }
            if let earlier = output.dropLast(6).last, TemplateText.isWordByte(earlier) || earlier == UInt8(ascii: ".") {
                return nil
            }
        }
        return hyphenated.first { name in
            guard rest.starts(with: name) else { return false }
            let after = rest.dropFirst(name.count)
            guard let next = after.first else { return true }
            return !TemplateText.isWordByte(next)
                && !(next == UInt8(ascii: "-") && name.count < after.count
                    && after.dropFirst().first.map(TemplateText.isWordByte) ?? false)
        }
    }
}

extension ExpressionParsingError {
    /// The error as an issue of the text that stands at a node.
    func issue(at node: ConfigurationNode) -> ConfigurationIssue {
        let path = path.isEmpty ? "" : "\(path): "
        return ConfigurationIssue(
            location: node.location, path: node.path, message: "\(path)\(message) (\(position) of the expression)",
            suggestion: suggestion)
    }
}
