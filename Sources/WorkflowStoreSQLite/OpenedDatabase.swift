#if SQLite
import GRDB
import WorkflowStore

/// The connections that GRDB opened, and the lock that belongs to them.
struct OpenedDatabase: Sendable {
    let configuration: SQLiteDatabase.Configuration
    private let writer: any DatabaseWriter
    private let lock: FileLock?

    /// Opens the database; this blocks.
    ///
    /// - Throws: ``SQLError``.
    init(_ configuration: SQLiteDatabase.Configuration) throws {
        self.configuration = configuration
        if !configuration.isInMemory { try SQLiteFiles.prepare(configuration.path) }
        let isLocked = configuration.exclusive && !configuration.isInMemory
        let lock = isLocked ? try FileLock(besides: configuration.path, patience: configuration.patience) : nil
        do {
            writer = try Self.open(configuration)
        } catch {
            lock?.release()
            throw Self.translated(error, configuration.path)
        }
        self.lock = lock
    }

    private static func open(_ configuration: SQLiteDatabase.Configuration) throws -> any DatabaseWriter {
        var options = GRDB.Configuration()
        options.label = "workflow"
        options.foreignKeysEnabled = true
        options.busyMode = .timeout(Double(configuration.busyTimeout.components.seconds))
        options.maximumReaderCount = max(1, configuration.readers)
        options.prepareDatabase { database in
            // 16 MiB per connection. No memory mapping: with it, an error of the medium ends the process.
            try database.execute(sql: "PRAGMA cache_size = -16384")
            try database.execute(sql: "PRAGMA mmap_size = 0")
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        if configuration.isInMemory { return try DatabaseQueue(configuration: options) }
        let pool = try DatabasePool(path: configuration.path, configuration: options)
        try pool.writeWithoutTransaction { database in
            // GRDB lowers this to NORMAL when it opens a pool, which would lose commits when the power fails.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = \(max(0, configuration.checkpointPages))")
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
            if let pages = configuration.maximumPages { try database.execute(sql: "PRAGMA max_page_count = \(pages)") }
        }
        return pool
    }

    /// Runs `body` on the connection that writes, for as long as it takes.
    func withWriter(_ body: (SQLiteConnection) -> Void) {
        writer.writeWithoutTransaction { database in
            guard let handle = database.sqliteConnection else { return }
            let connection = SQLiteConnection(handle: handle, path: configuration.path)
            defer { connection.finalizeStatements() }
            body(connection)
        }
    }

    /// Runs `body` on a connection that reads, for as long as it takes.
    ///
    /// - Throws: ``SQLError`` when the connection cannot be opened.
    func withReader(_ body: (SQLiteConnection) -> Void) throws {
        do {
            try writer.unsafeRead { database in
                guard let handle = database.sqliteConnection else { return }
                let connection = SQLiteConnection(handle: handle, path: configuration.path)
                defer { connection.finalizeStatements() }
                body(connection)
            }
        } catch {
            throw Self.translated(error, configuration.path)
        }
    }

    /// Moves the log into the database file, closes the connections and gives the lock back; this blocks until all
    /// readers have ended.
    func close() {
        if !configuration.isInMemory {
            // What cannot be moved now stays in the log and is found there when the database is opened again.
            try? writer.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        }
        try? writer.close()
        lock?.release()
    }

    private static func translated(_ error: any Error, _ path: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        return SQLError(
            sqlite: error.extendedResultCode.rawValue, systemError: 0, path: path, detail: error.message)
    }
}
#endif
