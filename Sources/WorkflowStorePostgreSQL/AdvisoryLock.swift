#if PostgreSQL
import CLibPQ
import Synchronization
import WorkflowCore
import WorkflowStore

/// A lock that the server keeps for a name, for as long as a transaction of its own is open.
///
/// The transaction changes nothing and holds nothing else up. When its connection is lost, so is the lock.
final class AdvisoryLock: Sendable {
    private static let settings = SQLStatement(
        """
        SELECT set_config('lock_timeout', ?, true), set_config('statement_timeout', '0', true), \
        set_config('idle_in_transaction_session_timeout', '0', true)
        """)
    /// The number keeps the names apart from locks of other programs, the schema from those of other applications.
    private static let statement = SQLStatement(
        "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.' || ?, 7596553694154))")

    private let name: String
    private let timeout: Duration
    private let lost: @Sendable () -> Void
    private let cancellation = StatementCancellation()
    private let interruption = Interruption()
    private let ended = Latch()
    private let waiting = Mutex<CheckedContinuation<Bool, any Error>?>(nil)
    private let isOnConnection = Atomic(false)

    /// Whether there has been a connection to wait on.
    var hadConnection: Bool { isOnConnection.load(ordering: .acquiring) }

    init(_ name: String, within timeout: Duration, lost: @escaping @Sendable () -> Void) {
        self.name = name
        self.timeout = timeout
        self.lost = lost
    }

    /// Waits for the lock on a connection of a pool.
    ///
    /// - Returns: Whether it was free in time.
    /// - Throws: ``SQLError``; `CancellationError`.
    func acquire(on pool: any ConnectionQueue) async throws -> Bool {
        guard interruption.open() else { throw SQLError(.unavailable, "the system has no pipe left") }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                waiting.withLock { $0 = continuation }
                if Task.isCancelled { answer(.failure(CancellationError())) }
                pool.submit(
                    ConnectionPool.Job { [self] connection, isLastAttempt in
                        guard hold(connection, isLastAttempt) else { return .again }
                        interruption.close()
                        ended.open()
                        return .done
                    } fail: { [self] error in
                        answer(.failure(error))
                        interruption.close()
                        ended.open()
                    })
            }
        } onCancel: {
            cancellation.cancel()
            answer(.failure(CancellationError()))
        }
    }

    /// Gives the lock back.
    func release() async {
        interruption.interrupt()
        await ended.wait()
    }

    /// - Returns: Whether somebody still waited for the answer.
    @discardableResult
    private func answer(_ result: Result<Bool, any Error>) -> Bool {
        let continuation = waiting.withLock { $0.take() }
        continuation?.resume(with: result)
        return continuation != nil
    }

    /// Takes the lock, and keeps it until it is given back or lost. Blocks.
    ///
    /// - Returns: `false` when the connection was one that did not work any more.
    private func hold(_ connection: PostgreSQLConnection, _ isLastAttempt: Bool) -> Bool {
        defer { connection.rollback() }
        guard waiting.withLock({ $0 != nil }) else { return true }
        isOnConnection.store(true, ordering: .releasing)
        connection.reset()
        connection.begin(readOnly: true)
        do {
            let milliseconds = String(Int((timeout / .milliseconds(1)).rounded(.up)))
            try connection.query(Self.settings, [.text(milliseconds)]) { _ in }
            try cancellation.run(on: connection.handle) {
                try connection.query(Self.statement, [.text(name)]) { _ in }
            }
        } catch {
            if connection.isLost, !isLastAttempt { return false }
            let isTaken = connection.lastState == "55P03"
            answer(isTaken ? .success(false) : .failure(error))
            return true
        }
        guard answer(.success(true)) else { return true }
        while !interruption.isInterrupted {
            interruption.wait(PQsocket(connection.handle), milliseconds: -1)
            guard !interruption.isInterrupted, PQconsumeInput(connection.handle) != 1 || connection.isLost else {
                continue
            }
            lost()
            break
        }
        return true
    }
}
#endif
