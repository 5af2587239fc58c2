import WorkflowCommandLine
import WorkflowCore

/// A value of a document as people see it: a column of a list, or a fact.
struct ShownField {
    let title: String
    let text: (JSONValue) -> String

    /// A value that is made of a document.
    init(_ title: String, _ text: @escaping (JSONValue) -> String) {
        self.title = title
        self.text = text
    }

    /// A member: a text, a whole number, or a truth as yes and no.
    static func member(_ title: String, _ key: String? = nil) -> ShownField {
        ShownField(title) { item in
            item[key ?? title]?.boolValue.map { $0 ? "yes" : "no" } ?? item.shown(key ?? title)
        }
    }

    /// A member that is a time.
    static func time(_ title: String, _ key: String) -> ShownField {
        ShownField(title) { ShownTime.text($0[key]) }
    }

    /// A star where something holds.
    static func mark(_ title: String, _ holds: @escaping (JSONValue) -> Bool) -> ShownField {
        ShownField(title) { holds($0) ? "*" : "" }
    }
}

extension TextTable {
    /// A table with a row for each item.
    init(_ items: [JSONValue], _ columns: [ShownField]) {
        self.init(columns.map(\.title))
        for item in items { add(columns.map { $0.text(item) }) }
    }
}

extension FactTable {
    /// The facts about an item.
    init(_ item: JSONValue, _ facts: [ShownField]) {
        for fact in facts { add(fact.title, fact.text(item)) }
    }
}
