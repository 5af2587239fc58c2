/// What is required of an e-mail address: a local part and a domain, of a sensible length, without white space.
///
/// Whether the address exists can only be found out by sending something to it.
package enum EmailAddress {
    /// Returns the address without surrounding white space, or `nil` when it cannot be one.
    package static func normalized(_ text: String) -> String? {
        let address = trimmed(text)
        guard address.utf8.count <= 254, let at = address.lastIndex(of: "@") else { return nil }
        let local = address[..<at]
        let domain = address[address.index(after: at)...]
        guard !local.isEmpty, local.utf8.count <= 64, !domain.isEmpty, !domain.hasPrefix("."), !domain.hasSuffix("."),
            !domain.contains("..")
        else { return nil }
        let isClean = address.unicodeScalars.allSatisfy { scalar in
            scalar.value > 0x20 && !(0x7F...0x9F).contains(scalar.value) && !scalar.properties.isWhitespace
        }
        return isClean ? address : nil
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
