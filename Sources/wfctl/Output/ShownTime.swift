import WorkflowCore

/// Times for people.
enum ShownTime {
    /// A time as servers write it, to the second.
    static func text(_ value: JSONValue?) -> String {
        guard let text = value?.stringValue, let fraction = text.firstIndex(of: ".") else {
            return value?.stringValue ?? ""
        }
        return text[..<fraction] + (text.hasSuffix("Z") ? "Z" : "")
    }
}
