import WorkflowCore

/// A name with a value that people give to workflows, to find them by.
struct Label: Sendable, Hashable {
    /// How many a workflow may have.
    static let most = 32
    /// How many a list may be filtered by at once.
    static let mostInFilter = 8
    static let longestName = 63
    static let longestValue = 100

    let name: String
    let value: String

    /// Labels in the body of a request.
    static let schema = Schema.map(
        names: Schema.StringRule(length: 1...longestName, form: .label), values: .text(0...longestValue), maximum: most)

    /// Labels in the body of a request that makes or changes something.
    static let member = Schema.Member.optional("labels", schema, "All labels; those that are left out are removed.")

    /// The filter of a list.
    static let filter: QueryParameter = {
        var parameter = QueryParameter(
            "label", .text(2...longestName + 1 + longestValue, .labelFilter),
            "Only what has this label, as `name:value`; may be repeated, and all of them count.")
        parameter.most = mostInFilter
        return parameter
    }()

    /// The labels that a list is to be filtered by.
    static func filter(_ call: APICall) -> [Label] {
        call.query.all(filter.name).compactMap { text in
            guard let colon = text.firstIndex(of: ":") else { return nil }
            return Label(name: String(text[..<colon]), value: String(text[text.index(after: colon)...]))
        }
    }

    /// The labels in the body of a request; `nil` when they were left out.
    static func given(_ call: APICall) -> [String: String]? {
        guard let object = call.body["labels"]?.objectValue else { return nil }
        return dictionary(object)
    }

    /// The labels in an object.
    static func dictionary(_ object: JSONObject) -> [String: String] {
        var labels: [String: String] = [:]
        for (name, value) in zip(object.keys, object.values) { labels[name] = value.stringValue }
        return labels
    }

    /// The labels as an object, by name.
    static func object(_ labels: [String: String]) -> JSONObject {
        var object = JSONObject()
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) { object[name] = .string(value) }
        return object
    }

    /// Whether a text can be the name of a label.
    static func isName(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: ".") else { return false }
        return text.utf8.count <= longestName
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }
}
