/// Why a store refused.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The stable name of the code.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// A version, fencing token or uniqueness condition does not hold; nothing was changed.
        public static let conflict = Code("conflict")
        /// The medium has no room left; nothing was changed.
        public static let storageFull = Code("storage_full")
        /// The store is closed or cannot be reached.
        public static let unavailable = Code("unavailable")
        /// The stored data is damaged or of a newer version.
        public static let corrupted = Code("corrupted")
    }

    /// What kind of error it is.
    public let code: Code
    /// What happened; without stored data.
    public let message: String
    /// The index of the operation that failed, when one did.
    public let operation: Int?

    /// Creates an error.
    public init(_ code: Code, _ message: String, operation: Int? = nil) {
        self.code = code
        self.message = message
        self.operation = operation
    }

    /// Whether the same may work later.
    public var isTransient: Bool { code == .storageFull || code == .unavailable }

    public var description: String { message }
}
