/// The short names that stand in addresses: lower-case letters, digits and single hyphens between them.
enum Slug {
    static let longest = 63

    /// Makes a short name of a name for people.
    ///
    /// - Returns: `nil` when no letter or digit of ASCII is left.
    static func make(from name: String) -> String? {
        var slug = ""
        for scalar in name.lowercased().unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9": slug.unicodeScalars.append(scalar)
            case " ", "_", "-", ".", "/": if !slug.isEmpty, !slug.hasSuffix("-") { slug += "-" }
            default: break
            }
            if slug.utf8.count == longest { break }
        }
        while slug.hasSuffix("-") { slug.removeLast() }
        return slug.isEmpty ? nil : slug
    }

    /// Whether a text is a short name.
    static func isValid(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longest && make(from: text) == text
    }
}
