import WorkflowCore

/// What identifies a resource within its type.
enum ResourceID {
    /// Whether a text can be an identifier: 1 to 128 letters, digits, `-` and `_` of ASCII.
    static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (1...128).contains(bytes.count) else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    /// A new identifier of letters and digits only.
    static func make(_ generator: any IdentifierGenerator) -> String {
        let text = generator.next().filter { $0 != "-" }
        return isValid(text)
            ? text : String(text.unicodeScalars.map { String($0.value, radix: 16) }.joined().prefix(128))
    }
}

extension Resource {
    /// The owner of resources that belong to nobody, as this handler stores it; such resources can be listed by it.
    static let nobody = ""

    /// Whether the resource may be seen and changed by somebody.
    ///
    /// - Parameter viewer: Who it is; `nil` when the route does not ask who makes a request.
    func isVisible(to viewer: String?) -> Bool {
        guard let viewer, let owner, !owner.isEmpty else { return true }
        return viewer.utf8.elementsEqual(owner.utf8)
    }
}
