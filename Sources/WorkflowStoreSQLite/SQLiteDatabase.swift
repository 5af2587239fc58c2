#if SQLite
import Synchronization
public import WorkflowStore

/// An SQLite database: one thread that commits for everybody, and a few that read.
///
/// Commits are on the medium (`synchronous = FULL`) before callers continue. Writers that arrive while a commit is
/// under way share the next one. When the medium is full or fails, the transactions concerned fail and later ones are
/// tried anew.
public final class SQLiteDatabase: SQLDatabase {
    /// How often the database did what.
    public struct Statistics: Sendable, Hashable {
        /// Commits that changed something, each with one wait for the medium.
        public var commits = 0
        /// Transactions that shared those commits.
        public var transactions = 0
        /// Groups that ran a second time because a member had to be undone alone.
        public var repeats = 0
    }

    private typealias ReadJob = @Sendable (SQLiteConnection) -> Void

    private final class Counters: Sendable {
        let value = Mutex(Statistics())
    }

    private let writes = BlockingQueue<WriteJob>()
    private let reads = BlockingQueue<ReadJob>()
    private let closed = Latch()
    private let counters = Counters()
    private let isInMemory: Bool
    public let isShared: Bool

    private init(_ configuration: Configuration) {
        isInMemory = configuration.isInMemory
        isShared = !configuration.isInMemory && !configuration.exclusive
    }

    deinit {
        reads.close()
        writes.close()
    }

    /// Opens the database, creating the file (0600) and its folder (0700) when they do not exist.
    ///
    /// - Parameter configuration: Where the database is and how it is opened.
    /// - Throws: ``SQLError``: `.unavailable` when another process holds the file, `.corrupted` when it is no database.
    public static func open(_ configuration: Configuration) async throws -> SQLiteDatabase {
        let database = SQLiteDatabase(configuration)
        let opened = try await WorkerThread.run("wf-sqlite-open") { try OpenedDatabase(configuration) }
        do {
            try database.startWriter(opened)
        } catch {
            // Nobody uses the connections yet, so this is quick.
            opened.close()
            throw error
        }
        do {
            if !configuration.isInMemory {
                for index in 0..<max(1, configuration.readers) { try await database.startReader(opened, index) }
            }
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    public var dialect: SQLDialect { .sqlite }

    /// How often the database did what, so far.
    public var statistics: Statistics { counters.value.withLock { $0 } }

    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let outcome = WriteOutcome<Result>()
            let job = WriteJob { connection in
                outcome.value = try body(connection)
            } finish: { error in
                if let value = outcome.value, error == nil {
                    committed(value)
                    continuation.resume(returning: value)
                } else {
                    continuation.resume(throwing: error ?? Self.closedError)
                }
            }
            if !writes.push(job) { continuation.resume(throwing: Self.closedError) }
        }
    }

    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        // A database in memory has one connection only.
        if isInMemory { return try await write(body, committed: { _ in }) }
        return try await withCheckedThrowingContinuation { continuation in
            let isAccepted = reads.push { connection in
                continuation.resume(with: Swift.Result { try body(connection) })
            }
            if !isAccepted { continuation.resume(throwing: Self.closedError) }
        }
    }

    public func close() async {
        reads.close()
        writes.close()
        await closed.wait()
    }

    private static var closedError: SQLError { SQLError(.unavailable, "the database is closed") }

    /// Starts the thread that writes. Its last act is to close everything.
    private func startWriter(_ opened: OpenedDatabase) throws {
        let isStarted = WorkerThread.start("wf-sqlite-write") { [writes, counters, closed] in
            opened.withWriter { connection in
                var committer = GroupCommitter(connection: connection)
                while let jobs = writes.take(upTo: max(1, opened.configuration.maximumGroup)) {
                    committer.run(jobs) { statistics in counters.value.withLock { $0 = statistics } }
                }
            }
            opened.close()
            closed.open()
        }
        if !isStarted { throw SQLError(.unavailable, "the system has no thread left for the database") }
    }

    private func startReader(_ opened: OpenedDatabase, _ index: Int) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let isStarted = WorkerThread.start("wf-sqlite-read\(index)") { [reads] in
                do {
                    try opened.withReader { connection in
                        continuation.resume()
                        while let jobs = reads.take(upTo: 1) {
                            for job in jobs { job(connection) }
                        }
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
            if !isStarted {
                continuation.resume(throwing: SQLError(.unavailable, "the system has no thread left for the database"))
            }
        }
    }
}
#endif
