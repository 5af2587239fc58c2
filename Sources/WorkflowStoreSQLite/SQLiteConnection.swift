#if SQLite
import GRDBSQLite
import WorkflowStore

/// A connection's C handle with its prepared statements, confined to the thread that uses it.
///
/// GRDB opens and closes the connection; statements go straight to SQLite, because building GRDB's arguments and rows
/// costs more than the statements themselves.
final class SQLiteConnection: SQLConnection {
    let handle: OpaquePointer
    let path: String
    private var prepared: [ObjectIdentifier: Prepared] = [:]
    private var scripts: Int64 = 0

    private struct Prepared {
        /// Keeps the identity from being used again.
        let statement: SQLStatement
        let pointer: OpaquePointer
    }

    init(handle: OpaquePointer, path: String) {
        self.handle = handle
        self.path = path
    }

    /// Finalizes the prepared statements, without which the connection cannot be closed.
    func finalizeStatements() {
        for entry in prepared.values { sqlite3_finalize(entry.pointer) }
        prepared = [:]
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Differs when something may have been changed in between.
    var changeMark: Int64 { Int64(sqlite3_total_changes(handle)) &+ scripts }

    @discardableResult
    func execute(_ statement: SQLStatement, _ arguments: [SQLValue]) throws -> Int {
        let pointer = try bind(statement, arguments)
        defer { sqlite3_reset(pointer) }
        var code = sqlite3_step(pointer)
        while code == SQLITE_ROW { code = sqlite3_step(pointer) }
        guard code == SQLITE_DONE else { throw SQLError(sqlite: code, in: self) }
        return Int(sqlite3_changes(handle))
    }

    func query(_ statement: SQLStatement, _ arguments: [SQLValue], _ row: (any SQLRow) throws -> Void) throws {
        let pointer = try bind(statement, arguments)
        defer { sqlite3_reset(pointer) }
        let current = SQLiteRow(statement: pointer)
        while true {
            switch sqlite3_step(pointer) {
            case SQLITE_ROW: try row(current)
            case SQLITE_DONE: return
            case let code: throw SQLError(sqlite: code, in: self)
            }
        }
    }

    func executeScript(_ sql: String) throws {
        scripts += 1
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLError(sqlite: code, in: self) }
    }

    private func bind(_ statement: SQLStatement, _ arguments: [SQLValue]) throws -> OpaquePointer {
        let pointer = try prepare(statement)
        guard sqlite3_bind_parameter_count(pointer) == Int32(arguments.count) else {
            throw SQLError(.invalidStatement, "the statement has another number of placeholders than there are values")
        }
        for (index, argument) in arguments.enumerated() {
            let code = bind(argument, at: Int32(index + 1), of: pointer)
            guard code == SQLITE_OK else { throw SQLError(sqlite: code, in: self) }
        }
        return pointer
    }

    func bind(_ value: SQLValue, at index: Int32, of pointer: OpaquePointer) -> Int32 {
        switch value {
        case .null:
            return sqlite3_bind_null(pointer, index)
        case .integer(let number):
            return sqlite3_bind_int64(pointer, index, number)
        case .text(let text):
            var text = text
            return text.withUTF8 { Self.bind($0, at: index, of: pointer) }
        case .utf8(let bytes):
            return bytes.withUnsafeBufferPointer { Self.bind($0, at: index, of: pointer) }
        }
    }

    private static func bind(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int32, of pointer: OpaquePointer) -> Int32 {
        // An empty buffer may have no address, and a text without address would be bound as null.
        guard let base = bytes.baseAddress, !bytes.isEmpty else {
            return sqlite3_bind_text(pointer, index, "", 0, nil)
        }
        return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { text in
            sqlite3_bind_text64(pointer, index, text, UInt64(bytes.count), Self.copied, UInt8(SQLITE_UTF8))
        }
    }

    /// Tells SQLite to copy what is bound (`SQLITE_TRANSIENT`, a macro that is not imported).
    private static var copied: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    private func prepare(_ statement: SQLStatement) throws -> OpaquePointer {
        if let known = prepared[ObjectIdentifier(statement)] { return known.pointer }
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, statement.sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard code == SQLITE_OK, let pointer else { throw SQLError(sqlite: code, in: self) }
        prepared[ObjectIdentifier(statement)] = Prepared(statement: statement, pointer: pointer)
        return pointer
    }
}

/// The current row of a statement.
struct SQLiteRow: SQLRow {
    let statement: OpaquePointer

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }

    func text(_ column: Int) -> String {
        withUTF8(column) { String(decoding: $0, as: UTF8.self) }
    }

    func withUTF8<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        // The text must be asked for before its length.
        let text = sqlite3_column_text(statement, Int32(column))
        return try body(UnsafeRawBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, Int32(column)))))
    }
}
#endif
