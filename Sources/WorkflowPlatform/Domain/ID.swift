public import WorkflowCore

/// The identifier of an `Entity`: a UUID in its canonical, lower-case text form.
///
/// Identifiers of different kinds are different types, so that one is never looked up in the place of another.
public struct ID<Entity>: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The text form.
    public let text: String

    /// Reads an identifier.
    ///
    /// - Parameter text: The text form.
    /// - Returns: `nil` when it is not a UUID in its canonical form.
    public init?(_ text: String) {
        guard Self.isCanonical(text.utf8) else { return nil }
        self.text = text
    }

    /// Makes a new identifier.
    ///
    /// - Parameter generator: Where identifiers come from.
    public init(from generator: any IdentifierGenerator) {
        text = generator.next()
    }

    /// Takes an identifier that the database holds.
    init(stored text: String) {
        self.text = text
    }

    public var description: String { text }

    public static func < (left: ID, right: ID) -> Bool { left.text < right.text }

    private static func isCanonical(_ bytes: String.UTF8View) -> Bool {
        guard bytes.count == 36 else { return false }
        for (index, byte) in bytes.enumerated() {
            switch index {
            case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return false }
            default:
                let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                guard isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte) else { return false }
            }
        }
        return true
    }
}
