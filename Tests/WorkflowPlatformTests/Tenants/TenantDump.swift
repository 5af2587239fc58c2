import WorkflowCore
import WorkflowStore

@testable import WorkflowPlatform

/// All rows that belong to a company, whatever tables there are: a new table is covered by itself.
///
/// A row belongs to it when one of its columns is the identifier of something that does, beginning with the company.
struct TenantDump: Sendable {
    private struct Table: Sendable {
        let name: String
        let columns: [String]

        /// All of a row as one text.
        var text: String { columns.map { "COALESCE(CAST(\($0) AS TEXT), 'NULL')" }.joined(separator: " || '|' || ") }
    }

    /// The identifiers of all that belongs to the company.
    let identifiers: Set<String>
    private let statements: [SQLStatement]

    /// Finds out what belongs to a company.
    init(of company: ID<Company>, _ database: any SQLDatabase) async throws {
        let tables = try await Self.tables(database)
        let found = try await database.read { connection in try Self.identifiers(of: company, tables, connection) }
        identifiers = found
        let list = found.sorted().map { "'\($0)'" }.joined(separator: ", ")
        statements = tables.map { table in
            let condition = table.columns.map { "CAST(\($0) AS TEXT) IN (\(list))" }.joined(separator: " OR ")
            return SQLStatement("SELECT \(table.text) FROM \(table.name) WHERE \(condition) ORDER BY 1")
        }
    }

    /// The rows as they are now.
    func rows(_ database: any SQLDatabase) async throws -> [String] {
        try await database.read { [statements] connection in
            try statements.flatMap { statement in try connection.all(statement, []) { $0.text() } }
        }
    }

    private static func tables(_ database: any SQLDatabase) async throws -> [Table] {
        let sql =
            if database.dialect.clusteredTable.isEmpty {
                """
                SELECT table_name, column_name FROM information_schema.columns
                    WHERE table_schema = current_schema() AND table_name LIKE 'platform%' ORDER BY 1, ordinal_position
                """
            } else {
                """
                SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
                    WHERE m.type = 'table' AND m.name LIKE 'platform%' ORDER BY 1, c.cid
                """
            }
        let columns = try await database.read { connection in
            try connection.all(SQLStatement(sql), []) { ($0.text(), $0.text()) }
        }
        let byTable = Dictionary(grouping: columns) { $0.0 }
        return byTable.keys.sorted().map { Table(name: $0, columns: byTable[$0]?.map(\.1) ?? []) }
    }

    private static func identifiers(
        of company: ID<Company>, _ tables: [Table], _ connection: any SQLConnection
    ) throws -> Set<String> {
        var rows: [[String]] = []
        for table in tables {
            rows += try connection.all(SQLStatement("SELECT \(table.text) FROM \(table.name)"), []) { row in
                row.text().split(separator: "|").map(String.init).filter { ID<Company>($0) != nil }
            }
        }
        var known: Set<String> = [company.text]
        var count = 0
        while count != known.count {
            count = known.count
            for row in rows where !known.isDisjoint(with: row) { known.formUnion(row) }
        }
        return known
    }
}
