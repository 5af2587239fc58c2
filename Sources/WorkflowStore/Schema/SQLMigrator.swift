package import WorkflowCore

/// Brings a schema up to date, one transaction per migration, and refuses a schema it does not know.
package struct SQLMigrator: Sendable {
    private let migrations: [SQLMigration]
    private let table: String
    private let record: SQLStatement
    private let applied: SQLStatement

    /// Creates a migrator.
    ///
    /// - Parameters:
    ///   - migrations: All migrations, oldest first.
    ///   - table: Where it is noted which of them have been applied.
    package init(_ migrations: [SQLMigration], table: String = "schema_migrations") {
        self.migrations = migrations
        self.table = table
        record = SQLStatement("INSERT INTO \(table) (position, name, applied_at) VALUES (?, ?, ?)")
        applied = SQLStatement("SELECT name FROM \(table) ORDER BY position")
    }

    /// Applies what is missing.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - now: The time to note for new migrations.
    /// - Returns: The names of the migrations that were applied now.
    /// - Throws: ``StoreError`` `.corrupted` when the schema is newer than this program or belongs to another one.
    package func migrate(_ database: some SQLDatabase, now: Timestamp) async throws -> [String] {
        let dialect = database.dialect
        var done: [String] = []
        // One more than there are, to look again behind the last.
        for _ in 0...migrations.count {
            let next = try await database.write { connection in
                try connection.executeScript(
                    """
                    \(dialect.lockSchema)
                    CREATE TABLE IF NOT EXISTS \(table) (
                        position BIGINT NOT NULL PRIMARY KEY,
                        name \(dialect.textType) NOT NULL UNIQUE,
                        applied_at BIGINT NOT NULL
                    )
                    """)
                var names: [String] = []
                try connection.query(applied, []) { names.append($0.text(0)) }
                try check(names)
                guard names.count < migrations.count else { return String?.none }
                return try apply(migrations[names.count], at: names.count + 1, on: connection, dialect, now)
            }
            guard let next else { break }
            done.append(next)
        }
        return done
    }

    /// Applies a migration.
    ///
    /// - Returns: Its name.
    private func apply(
        _ migration: SQLMigration, at position: Int, on connection: any SQLConnection, _ dialect: SQLDialect,
        _ now: Timestamp
    ) throws -> String {
        try connection.execute(record, [.integer(Int64(position)), .text(migration.name), .time(now)])
        do {
            try connection.executeScript(migration.script(dialect))
        } catch let error as SQLError where error.kind == .invalidStatement {
            throw StoreError(
                .corrupted,
                "the schema migration '\(migration.name)' does not fit the tables in the database; "
                    + "was it made by another program? (\(error.message))")
        }
        return migration.name
    }

    private func check(_ applied: [String]) throws {
        for (position, name) in applied.enumerated() {
            guard position < migrations.count else {
                throw StoreError(
                    .corrupted,
                    "the database has schema version \(applied.count) ('\(name)'), newer than version "
                        + "\(migrations.count) of this program; use a newer program or a backup from before the update")
            }
            guard migrations[position].name == name else {
                throw StoreError(
                    .corrupted,
                    "version \(position + 1) of the database schema is '\(name)', but this program expects "
                        + "'\(migrations[position].name)'; the database belongs to another program")
            }
        }
    }
}
