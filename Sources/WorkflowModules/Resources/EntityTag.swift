import WorkflowCore

/// The entity tag of a resource: changes whenever what is shown of it does.
struct EntityTag: Sendable, Hashable {
    let text: String

    init(_ snapshot: ResourceSnapshot) {
        let resource = snapshot.resource
        let instance = snapshot.instance.map { "-\($0.version)" } ?? ""
        // The time of creation tells resources apart that had the same identifier one after the other.
        text = "\"\(String(resource.createdAt.nanoseconds, radix: 36))-\(resource.version)\(instance)\""
    }

    /// Whether an `If-Match` or `If-None-Match` field names the tag.
    ///
    /// - Parameters:
    ///   - field: The value of the field.
    ///   - weakly: Whether weak tags count too.
    func isNamed(in field: String, weakly: Bool) -> Bool {
        field.split(separator: ",").contains { part in
            var tag = part.drop { $0 == " " || $0 == "\t" }
            while let last = tag.last, last == " " || last == "\t" { tag.removeLast() }
            if tag == "*" { return true }
            if weakly, tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
            return tag == text
        }
    }
}
