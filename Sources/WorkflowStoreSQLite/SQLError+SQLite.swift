#if SQLite
import GRDBSQLite
import WorkflowStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension SQLError {
    /// Creates the error for a result code of SQLite.
    ///
    /// The message names the file and what SQLite says of the code, never the text of the data.
    init(sqlite code: Int32, in connection: SQLiteConnection) {
        self.init(
            sqlite: code, systemError: sqlite3_system_errno(connection.handle), path: connection.path,
            detail: String(cString: sqlite3_errmsg(connection.handle)))
    }

    /// Creates the error for a result code of SQLite.
    ///
    /// - Parameters:
    ///   - code: The extended result code.
    ///   - systemError: The `errno` of the system call that failed, when one did.
    ///   - path: The file.
    ///   - detail: SQLite's message about the statement.
    init(sqlite code: Int32, systemError: Int32, path: String, detail: String?) {
        let reason = String(cString: sqlite3_errstr(code))
        switch code & 0xFF {
        case SQLITE_CONSTRAINT
        where code == Self.uniqueViolation || code == Self.primaryKeyViolation
            || code == Self.rowIDViolation:
            self.init(.uniqueViolation, "a row with this key exists")
        case SQLITE_FULL:
            self.init(.full, "no space is left for the database \(path)")
        case SQLITE_IOERR where [ENOSPC, EDQUOT, EFBIG].contains(systemError):
            self.init(.full, "no space is left for the database \(path)")
        case SQLITE_CORRUPT:
            self.init(.corrupted, "the database \(path) is damaged: \(reason); restore it from a backup")
        case SQLITE_NOTADB:
            self.init(.corrupted, "\(path) is not an SQLite database, or its header is damaged")
        case SQLITE_ERROR, SQLITE_RANGE, SQLITE_MISUSE, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG:
            self.init(.invalidStatement, "the database refused a statement: \(detail ?? reason)")
        default:
            let cause = systemError == 0 ? "" : " (\(String(cString: strerror(systemError))))"
            self.init(.unavailable, "the database \(path) cannot be used: \(reason)\(cause)")
        }
    }

    // Macros with arithmetic are not imported.
    private static var primaryKeyViolation: Int32 { SQLITE_CONSTRAINT | (6 << 8) }
    private static var rowIDViolation: Int32 { SQLITE_CONSTRAINT | (10 << 8) }
    private static var uniqueViolation: Int32 { SQLITE_CONSTRAINT | (8 << 8) }
}
#endif
