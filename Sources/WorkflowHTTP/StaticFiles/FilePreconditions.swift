import HTTPTypes
import WorkflowCore

/// The preconditions of a request for a file (RFC 9110, section 13).
struct FilePreconditions {
    enum Outcome: Equatable {
        case proceed
        case notModified
        case failed
    }

    let headers: HTTPFields
    let representation: FileRepresentation

    /// What the preconditions say, in the order of section 13.2.2.
    var outcome: Outcome {
        if let value = headers.value(of: .ifMatch) {
            if !matches(value, allowingWeak: false) { return .failed }
        } else if let date = headers.value(of: .ifUnmodifiedSince).flatMap(HTTPDate.seconds) {
            if representation.modified.seconds > date { return .failed }
        }
        if let value = headers.value(of: .ifNoneMatch) {
            return matches(value, allowingWeak: true) ? .notModified : .proceed
        }
        if let date = headers.value(of: .ifModifiedSince).flatMap(HTTPDate.seconds),
            representation.modified.seconds <= date
        {
            return .notModified
        }
        return .proceed
    }

    /// Whether `range` counts, as far as `if-range` is concerned.
    var allowsRange: Bool {
        guard let value = headers[.ifRange] else { return true }
        if value.hasPrefix("\"") { return value == representation.entityTag }
        return HTTPDate.seconds(value) == representation.modified.seconds
    }

    private func matches(_ value: String, allowingWeak: Bool) -> Bool {
        if value == representation.entityTag || value == "*" { return true }
        return value.split(separator: ",").contains { element in
            var tag = element.trimmed
            if tag.hasPrefix("W/") {
                guard allowingWeak else { return false }
                tag = tag.dropFirst(2)
            }
            return tag == representation.entityTag
        }
    }
}
