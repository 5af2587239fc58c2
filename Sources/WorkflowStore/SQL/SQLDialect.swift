/// In what the SQL of a database differs from that of the others.
public struct SQLDialect: Sendable {
    /// The type of a column that holds text and compares it by its bytes.
    public var textType: String
    /// The definition of a primary key that counts up and never uses a number again.
    public var sequenceKey: String
    /// What follows a table definition whose rows should be stored in the order of the primary key.
    public var clusteredTable: String
    /// What a query adds to lock its rows and pass over rows that others have locked.
    public var lockSkippingLocked: String

    /// Creates a dialect.
    public init(textType: String, sequenceKey: String, clusteredTable: String, lockSkippingLocked: String) {
        self.textType = textType
        self.sequenceKey = sequenceKey
        self.clusteredTable = clusteredTable
        self.lockSkippingLocked = lockSkippingLocked
    }

    /// SQLite from version 3.35.
    public static let sqlite = SQLDialect(
        textType: "TEXT", sequenceKey: "INTEGER PRIMARY KEY AUTOINCREMENT", clusteredTable: "WITHOUT ROWID",
        lockSkippingLocked: "")

    /// PostgreSQL from version 12. The adapter numbers the placeholders.
    public static let postgreSQL = SQLDialect(
        textType: "TEXT COLLATE \"C\"", sequenceKey: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        clusteredTable: "", lockSkippingLocked: "FOR UPDATE SKIP LOCKED")
}
