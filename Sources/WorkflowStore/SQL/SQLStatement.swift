/// The text of a statement that is prepared once per connection and then used again.
///
/// Connections recognise a statement by its identity, which is cheaper than hashing its text.
public final class SQLStatement: Sendable {
    /// The text, with `?` for each bound value.
    public let sql: String

    /// Creates a statement.
    ///
    /// - Parameter sql: The text, with `?` for each bound value.
    public init(_ sql: String) {
        self.sql = sql
    }
}
