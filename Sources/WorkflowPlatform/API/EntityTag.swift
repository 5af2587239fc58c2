/// The tag by which a client says which state of something it knows (RFC 9110, section 8.8.3).
enum EntityTag {
    /// The tag of a revision.
    static func make(_ revision: Int64) -> String { "\"r\(revision)\"" }

    /// Whether a field such as `If-Match` names a tag.
    static func isNamed(_ tag: String, in field: String) -> Bool {
        field.split(separator: ",").contains { part in
            let part = part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
            return part == "*" || part == tag
        }
    }
}
