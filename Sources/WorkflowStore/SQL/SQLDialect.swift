/// In what the SQL of a database differs from that of the others.
public struct SQLDialect: Sendable {
    /// The type of a column that holds text and compares it by its bytes.
    public var textType: String
    /// The definition of a primary key that counts up and never uses a number again.
    public var sequenceKey: String
    /// What follows a table definition whose rows should be stored in the order of the primary key.
    public var clusteredTable: String
    /// What a query adds to lock its rows until the end of the transaction.
    public var lockRows: String
    /// What a query adds to lock its rows and pass over rows that others have locked.
    public var lockSkippingLocked: String
    /// What a transaction begins with so that only one process at a time changes the schema.
    public var lockSchema: String
    /// The time of the database in nanoseconds since 1970.
    public var now: String
    /// A query that sends a text to those who listen, when its transaction is committed; empty for none.
    public var notify: String

    /// Creates a dialect.
    public init(
        textType: String, sequenceKey: String, clusteredTable: String, lockRows: String = "",
        lockSkippingLocked: String, lockSchema: String, now: String, notify: String = ""
    ) {
        self.textType = textType
        self.sequenceKey = sequenceKey
        self.clusteredTable = clusteredTable
        self.lockRows = lockRows
        self.lockSkippingLocked = lockSkippingLocked
        self.lockSchema = lockSchema
        self.now = now
        self.notify = notify
    }

    /// SQLite from version 3.35.
    public static let sqlite = SQLDialect(
        textType: "TEXT", sequenceKey: "INTEGER PRIMARY KEY AUTOINCREMENT", clusteredTable: "WITHOUT ROWID",
        lockSkippingLocked: "", lockSchema: "",
        now: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000")

    /// PostgreSQL from version 12. The adapter numbers the placeholders.
    public static let postgreSQL = SQLDialect(
        textType: "TEXT COLLATE \"C\"", sequenceKey: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        clusteredTable: "", lockRows: "FOR UPDATE", lockSkippingLocked: "FOR UPDATE SKIP LOCKED",
        // The number is this program's own; locks of others in the same database have other numbers.
        lockSchema: "SELECT pg_advisory_xact_lock(7596553694153);",
        now: "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000",
        // The channel has the name of our schema, which is the first in the search path.
        notify: "SELECT pg_notify(current_schema()::text, ?)")
}
