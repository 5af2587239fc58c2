/// A named change of the schema. Once released, neither its name nor its text may change.
public struct SQLMigration: Sendable {
    /// The name, unique for ever.
    public let name: String
    /// The statements in the SQL of a dialect.
    public let script: @Sendable (SQLDialect) -> String

    /// Creates a migration.
    public init(name: String, script: @escaping @Sendable (SQLDialect) -> String) {
        self.name = name
        self.script = script
    }
}
