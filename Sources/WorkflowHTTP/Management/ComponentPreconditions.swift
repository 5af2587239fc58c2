import HTTPTypes
import WorkflowCore

/// `If-Match` and `If-None-Match` of a request that changes a component (RFC 9110, section 13). The tag of a component is
/// the digest of its script.
struct ComponentPreconditions: Sendable {
    private let ifMatch: String?
    private let ifNoneMatch: String?

    init(_ headers: HTTPFields) {
        ifMatch = headers[.ifMatch]
        ifNoneMatch = headers[.ifNoneMatch]
    }

    /// Compares with the script in place.
    ///
    /// - Parameter digest: Its digest; `nil` when there is none.
    /// - Throws: ``HTTPError`` 412, with the tag in place.
    @Sendable func check(_ digest: String?) throws {
        let tag = digest.map { "\"\($0)\"" }
        if let ifMatch, tag.map({ Self.names($0, in: ifMatch, weakly: false) }) != true {
            throw Self.failure(tag, "The component has changed; it does not have the script that If-Match names.")
        }
        if let ifNoneMatch, let tag, Self.names(tag, in: ifNoneMatch, weakly: true) {
            throw Self.failure(tag, "The component has the script that If-None-Match names already.")
        }
    }

    private static func failure(_ tag: String?, _ message: String) -> HTTPError {
        HTTPError(.preconditionFailed, message, headers: tag.map { [.eTag: $0] } ?? [:])
    }

    /// Whether a field names a tag.
    static func names(_ tag: String, in field: String, weakly: Bool) -> Bool {
        field.split(separator: ",").contains { part in
            var part = part.drop { $0 == " " || $0 == "\t" }
            while let last = part.last, last == " " || last == "\t" { part.removeLast() }
            if part == "*" { return true }
            if weakly, part.hasPrefix("W/") { part = part.dropFirst(2) }
            return part == tag
        }
    }
}
