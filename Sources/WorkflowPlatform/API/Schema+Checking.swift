import WorkflowCore
import WorkflowModules

/// What is wrong with a part of a request.
struct SchemaProblem: Sendable, Hashable {
    /// How much of a place is told; the names of members in a request may be longer.
    private static let longestPointer = 1000

    /// Where, as a JSON pointer (RFC 6901); empty for the whole.
    let pointer: String
    /// What is wrong, as a sentence.
    let detail: String

    init(pointer: String, detail: String) {
        self.pointer = String(String.UnicodeScalarView(pointer.unicodeScalars.prefix(Self.longestPointer)))
        self.detail = detail
    }

    var json: JSONValue { ["pointer": .string(pointer), "detail": .string(detail)] }
}

extension Schema {
    /// How many problems are told of at most.
    private static let mostProblems = 20

    /// What is wrong with a value.
    func problems(with value: JSONValue) -> [SchemaProblem] {
        var problems: [SchemaProblem] = []
        check(value, at: "", &problems)
        return problems
    }

    private func check(_ value: JSONValue, at pointer: String, _ problems: inout [SchemaProblem]) {
        guard problems.count < Self.mostProblems else { return }
        func add(_ detail: String) { problems.append(SchemaProblem(pointer: pointer, detail: detail)) }
        switch self {
        case .named(_, let schema):
            schema.check(value, at: pointer, &problems)
        case .nullable(let schema):
            if !value.isNull { schema.check(value, at: pointer, &problems) }
        case .any: break
        case .boolean:
            if value.boolValue == nil { add("This must be true or false.") }
        case .integer(let range):
            guard let number = value.intValue, range.contains(number) else {
                return add("This must be a whole number from \(range.lowerBound) to \(range.upperBound).")
            }
        case .string(let rule):
            guard let text = value.stringValue else { return add("This must be a text.") }
            if let problem = rule.problem(with: text) { add(problem) }
        case .array(let schema, let maximum):
            guard let elements = value.arrayValue else { return add("This must be a list.") }
            guard elements.count <= maximum else { return add("The list must not have more than \(maximum) items.") }
            for (index, element) in elements.enumerated() {
                schema.check(element, at: "\(pointer)/\(index)", &problems)
            }
        case .map(let names, let values, let maximum):
            guard let object = value.objectValue else { return add("This must be an object.") }
            guard object.keys.count <= maximum else {
                return add("The object must not have more than \(maximum) members.")
            }
            for (name, value) in zip(object.keys, object.values) {
                let place = "\(pointer)/\(Self.escaped(name))"
                if let problem = names.problem(with: name) {
                    problems.append(SchemaProblem(pointer: place, detail: "The name: \(problem)"))
                }
                values.check(value, at: place, &problems)
            }
        case .freeObject(let maximum):
            guard value.objectValue != nil else { return add("This must be an object.") }
            if value.jsonBytes().count > maximum { add("The object must not have more than \(maximum) bytes.") }
        case .object(let members):
            guard let object = value.objectValue else { return add("This must be an object.") }
            Self.check(object, members, at: pointer, &problems)
        }
    }

    private static func check(
        _ object: JSONObject, _ members: [Member], at pointer: String, _ problems: inout [SchemaProblem]
    ) {
        let names = members.map(\.name)
        for key in object.keys where !names.contains(key) {
            let hint = Suggestion.text(for: key, among: names, what: "members")
            problems.append(
                SchemaProblem(
                    pointer: "\(pointer)/\(escaped(key))", detail: Suggestion.sentence("This is not known here", hint)))
        }
        for member in members {
            let place = "\(pointer)/\(escaped(member.name))"
            if let value = object[member.name] {
                member.schema.check(value, at: place, &problems)
            } else if member.isRequired {
                problems.append(SchemaProblem(pointer: place, detail: "This must be given."))
            }
        }
    }

    private static func escaped(_ key: String) -> String {
        key.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}

extension Schema.StringRule {
    /// What is wrong with a text, as a sentence.
    func problem(with text: String) -> String? {
        if !values.isEmpty {
            return values.contains(text) ? nil : "This must be one of: \(values.joined(separator: ", "))."
        }
        if let problem = form?.problem(with: text) { return problem }
        let count = text.unicodeScalars.count
        guard count >= length.lowerBound else {
            return length.lowerBound == 1
                ? "This must not be empty." : "This must have at least \(length.lowerBound) characters."
        }
        guard count <= length.upperBound else { return "This must not have more than \(length.upperBound) characters." }
        guard !text.unicodeScalars.contains("\0") else { return "This must not hold the character NUL." }
        return nil
    }
}

extension Schema.StringRule.Form {
    /// What is wrong with a text, as a sentence.
    fileprivate func problem(with text: String) -> String? {
        switch self {
        case .email:
            EmailAddress.normalized(text) == text ? nil : "This is not an e-mail address."
        case .uuid:
            ID<Company>(text) == nil ? "This is not an identifier: a UUID in lower case." : nil
        case .time:
            Timestamp(rfc3339: text) == nil ? "This is not a time such as 2026-01-31T12:00:00Z." : nil
        case .slug:
            Slug.isValid(text)
                ? nil : "A short name has lower-case letters, digits and single hyphens between them, 63 at most."
        case .variable:
            Self.isVariable(text) ? nil : "This must have letters, digits and _ only, and begin with no digit."
        case .label:
            Label.isName(text)
                ? nil
                : "A label has lower-case letters, digits, -, _, . and /, and begins with none of - and .; 63 at most."
        case .labelFilter:
            text.firstIndex(of: ":").map { Label.isName(text[..<$0]) } == true
                ? nil : "This must be the name of a label, a colon, and its value."
        case .uri, .password:
            nil
        }
    }
    private static func isVariable(_ text: String) -> Bool {
        text.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
            default: false
            }
        }
    }
}
