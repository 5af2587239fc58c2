/// Limits and choices for reading JSON text.
///
/// ```swift
/// var options = JSONParsingOptions.default
/// options.maximumBytes = 64 * 1024
/// let value = try JSONValue(parsing: body, options: options)
/// ```
public struct JSONParsingOptions: Sendable, Hashable {
    /// What to do when an object names a key twice.
    public enum DuplicateKeys: Sendable, Hashable {
        /// Fail with ``JSONParsingError/Code/duplicateKey``.
        case reject
        /// Keep the place of the first and the value of the last.
        case lastWins
    }

    /// The limits used when none are given: 128 levels, 16 MiB, duplicate keys rejected.
    public static let `default` = JSONParsingOptions()

    /// The deepest nesting the parser supports, whatever ``maximumDepth`` says.
    public static let supportedDepth = 512

    /// How deep arrays and objects may nest; a lone scalar has depth 0.
    ///
    /// Values above ``supportedDepth`` count as that limit, to bound the use of the stack.
    public var maximumDepth: Int

    /// The largest text accepted, in bytes.
    public var maximumBytes: Int

    /// What to do when an object names a key twice.
    public var duplicateKeys: DuplicateKeys

    /// Creates options.
    ///
    /// - Parameters:
    ///   - maximumDepth: How deep arrays and objects may nest.
    ///   - maximumBytes: The largest text accepted, in bytes.
    ///   - duplicateKeys: What to do when an object names a key twice.
    public init(
        maximumDepth: Int = 128,
        maximumBytes: Int = 16 * 1024 * 1024,
        duplicateKeys: DuplicateKeys = .reject
    ) {
        self.maximumDepth = maximumDepth
        self.maximumBytes = maximumBytes
        self.duplicateKeys = duplicateKeys
    }
}
