import WorkflowCore

/// A path with places for values: `{name}` of the input, and `${…}`. Values are percent-encoded.
struct HTTPActionPath: Sendable {
    /// What is wrong with a path.
    struct Problem: Error {
        let message: String
        var suggestion: String?
    }

    private enum Part: Sendable {
        case text(String)
        case input(String)
        case expression(ExpressionTemplate)
    }

    private let parts: [Part]

    /// Reads a path; what comes after a `?` is its query.
    init(_ text: String, names: StepNames) throws(Problem) {
        let bytes = Array((text.hasPrefix("/") || text.isEmpty ? text : "/" + text).utf8)
        var parts: [Part] = []
        var literal: [UInt8] = []
        var position = 0
        func flush() {
            if !literal.isEmpty { parts.append(.text(Self.literal(String(decoding: literal, as: UTF8.self)))) }
            literal = []
        }
        while position < bytes.count {
            let isExpression = bytes[position...].starts(with: "${".utf8)
            guard isExpression || bytes[position] == UInt8(ascii: "{") else {
                literal.append(bytes[position])
                position += 1
                continue
            }
            flush()
            let start = position + (isExpression ? 2 : 1)
            guard let end = TemplateText.endOfExpression(in: bytes, from: start) else {
                throw Problem(message: "a brace of the path does not end", suggestion: "close it with }")
            }
            if isExpression {
                let source = String(decoding: bytes[position...end], as: UTF8.self)
                do {
                    parts.append(.expression(try names.template(source)))
                } catch {
                    throw Problem(
                        message: "\(source): \(error.message) (\(error.position) of the expression)",
                        suggestion: error.suggestion)
                }
            } else {
                let name = String(decoding: bytes[start..<end], as: UTF8.self)
                guard !name.isEmpty, !name.contains("{"), !name.contains("/") else {
                    throw Problem(
                        message: "\"{\(name)}\" names no value of the input", suggestion: "write {customerId}")
                }
                parts.append(.input(name))
            }
            position = end + 1
        }
        flush()
        self.parts = parts
        if parts.allSatisfy({ if case .text = $0 { true } else { false } }), Self.leavesPlace(text) {
            throw Problem(message: "the path must not have . or .. as a part of it")
        }
    }

    /// The path with its values.
    ///
    /// - Returns: The path, and the keys of the input that are in it.
    /// - Throws: ``WorkflowError`` `.invalidInput` for a value that is missing, or that would lead to another path.
    func filled(input: JSONValue, values: IntegrationValues) throws -> (path: String, used: Set<String>) {
        var path = ""
        var used: Set<String> = []
        for part in parts {
            switch part {
            case .text(let text): path += text
            case .input(let name):
                let isWhole = input[name] != nil
                let value = (isWhole ? input[name] : input.value(at: name)) ?? .null
                path += try Self.text(of: value, for: "\"\(name)\" of the input", mayBeEmpty: path.contains("?"))
                if isWhole { used.insert(name) }
            case .expression(let template):
                let value = try template.render(in: values.scope, environment: values.expressions)
                path += try Self.text(of: value, for: "an expression", mayBeEmpty: path.contains("?"))
            }
        }
        guard !Self.leavesPlace(path) else {
            throw WorkflowError(.invalidInput, "A value would make . or .. a part of the path.")
        }
        return (path, used)
    }

    private static func text(of value: JSONValue, for place: String, mayBeEmpty: Bool) throws -> String {
        switch value {
        case .string(let text) where !text.isEmpty || mayBeEmpty: return escaped(text)
        case .integer, .double, .decimal, .bool: return escaped(value.jsonString())
        case .null, .string:
            throw WorkflowError(.invalidInput, "The path needs a value: \(place) is missing or empty.")
        case .array, .object:
            throw WorkflowError(.invalidInput, "The path needs a text or a number: \(place) is \(value.typeName).")
        }
    }

    /// Whether a path goes up, or nowhere, in one of its steps.
    private static func leavesPlace(_ path: String) -> Bool {
        path.prefix { $0 != "?" }.split(separator: "/").contains { $0 == "." || $0 == ".." }
    }

    /// A value as a part of a path or query.
    static func escaped(_ text: String) -> String {
        PercentEncoding.encode(text) { TemplateText.isWordByte($0) && $0 < 0x80 || "-.~".utf8.contains($0) }
    }

    /// The text of a configuration in a path: what cannot stand in a URL is percent-encoded.
    private static func literal(_ text: String) -> String {
        PercentEncoding.encode(text) {
            TemplateText.isWordByte($0) && $0 < 0x80 || "-.~!&'()*+,;=:@/?%$".utf8.contains($0)
        }
    }
}
