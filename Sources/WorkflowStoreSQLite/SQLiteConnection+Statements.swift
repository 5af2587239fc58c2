#if SQLite
import GRDBSQLite
import WorkflowCore
import WorkflowStore

extension SQLiteConnection {
    /// How long a statement of another module may take; it holds up everything else on its connection.
    private static let longestStatement = Duration.seconds(5)

    /// Runs a statement of another module that only reads.
    ///
    /// - Throws: ``SQLError``; ``WorkflowError`` `.invalidInput` when it would change something, `.limitExceeded`.
    func read(_ command: SQLCommand, rowLimit: Int) throws -> SQLRows {
        try withStatement(command) { pointer in
            guard sqlite3_stmt_readonly(pointer) != 0 else {
                throw WorkflowError(.invalidInput, "A query must not change anything; use execute.")
            }
            let columns = (0..<sqlite3_column_count(pointer)).map {
                String(cString: sqlite3_column_name(pointer, $0))
            }
            var rows: [[JSONValue]] = []
            try forEachRow(pointer) {
                guard rows.count < rowLimit else {
                    throw WorkflowError(.limitExceeded, "There are more than \(rowLimit) rows.")
                }
                rows.append(columns.indices.map { Self.value(pointer, Int32($0)) })
            }
            return SQLRows(columns: columns, rows: rows)
        }
    }

    /// Runs a statement of another module that changes something.
    ///
    /// - Returns: The number of rows that were inserted, changed or removed.
    /// - Throws: ``SQLError``; ``WorkflowError`` `.limitExceeded`.
    func write(_ command: SQLCommand) throws -> Int {
        try withStatement(command) { pointer in
            let before = sqlite3_total_changes(handle)
            try forEachRow(pointer) {}
            return Int(sqlite3_total_changes(handle) - before)
        }
    }

    /// Prepares a statement for one use: those of other modules would fill the memory of prepared ones.
    private func withStatement<Result>(
        _ command: SQLCommand, _ body: (OpaquePointer) throws -> Result
    ) throws -> Result {
        // Inside of LIKE nothing can be interrupted: its time is the length of the pattern times that of the text.
        let pattern = sqlite3_limit(handle, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256)
        let length = sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 16 << 20)
        defer {
            sqlite3_limit(handle, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, pattern)
            sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, length)
        }
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, command.sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let pointer = prepared else {
            throw SQLError(sqlite: code, in: self)
        }
        defer { sqlite3_finalize(pointer) }
        for index in 1..<(sqlite3_bind_parameter_count(pointer) + 1) {
            let name = sqlite3_bind_parameter_name(pointer, index).map { String(cString: $0) } ?? ""
            guard let number = Int(name.dropFirst()), command.arguments.indices.contains(number - 1)
            else {
                throw SQLError(.invalidStatement, "the statement has a placeholder without a value")
            }
            try bind(command.arguments[number - 1], at: index, of: pointer)
        }
        return try body(pointer)
    }

    private func bind(_ value: JSONValue, at index: Int32, of pointer: OpaquePointer) throws {
        let code =
            switch value {
            case .null: sqlite3_bind_null(pointer, index)
            case .bool(let flag): sqlite3_bind_int64(pointer, index, flag ? 1 : 0)
            case .integer(let number): sqlite3_bind_int64(pointer, index, number)
            case .double(let number): sqlite3_bind_double(pointer, index, number)
            case .decimal(let text), .string(let text): bind(.text(text), at: index, of: pointer)
            case .array, .object: bind(.utf8(value.jsonBytes()), at: index, of: pointer)
            }
        guard code == SQLITE_OK else { throw SQLError(sqlite: code, in: self) }
    }

    /// Runs a statement to its end, but not longer than it may take.
    private func forEachRow(_ pointer: OpaquePointer, _ row: () throws -> Void) throws {
        var deadline = ContinuousClock.now + Self.longestStatement
        try withUnsafeMutablePointer(to: &deadline) { deadline in
            sqlite3_progress_handler(
                handle, 10_000,
                { context in
                    guard let end = context?.assumingMemoryBound(to: ContinuousClock.Instant.self) else {
                        return 0
                    }
                    return ContinuousClock.now > end.pointee ? 1 : 0
                }, deadline)
            defer { sqlite3_progress_handler(handle, 0, nil, nil) }
            while true {
                switch sqlite3_step(pointer) {
                case SQLITE_ROW: try row()
                case SQLITE_DONE: return
                case SQLITE_INTERRUPT:
                    throw WorkflowError(
                        .limitExceeded, "The statement took longer than \(Self.longestStatement).")
                case let code: throw SQLError(sqlite: code, in: self)
                }
            }
        }
    }

    private static func value(_ pointer: OpaquePointer, _ column: Int32) -> JSONValue {
        switch sqlite3_column_type(pointer, column) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(pointer, column))
        case SQLITE_FLOAT: .double(sqlite3_column_double(pointer, column))
        case SQLITE_NULL: .null
        // Bytes that are no text have their invalid parts replaced.
        default: .string(SQLiteRow(statement: pointer).text(Int(column)))
        }
    }
}
#endif
