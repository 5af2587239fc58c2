#if PostgreSQL
import CLibPQ
import Synchronization
import WorkflowStore

/// Listens, on a connection and a thread of its own, to the channel of our schema, and connects again when it was cut.
final class NotificationListener: Sendable {
    private static let shortestPause = 100
    private static let longestPause = 5000

    private let settings: ConnectionSettings
    private let receive: @Sendable (SQLNotification) -> Void
    private let interruption = Interruption()
    private let ended = Latch()

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - settings: How to connect.
    ///   - receive: Called on the thread with everything that comes.
    /// - Returns: `nil` when the system has no thread or no pipe left.
    init?(_ settings: ConnectionSettings, _ receive: @escaping @Sendable (SQLNotification) -> Void) {
        self.settings = settings
        self.receive = receive
        guard interruption.open(), WorkerThread.start("wf-postgres-listen", { [self] in work() }) else {
            interruption.close()
            return nil
        }
    }

    /// Lets the thread end. Does not block.
    func stop() { interruption.interrupt() }

    /// Lets the thread end, and waits for that.
    func close() async {
        stop()
        await ended.wait()
    }

    private func work() {
        var pause = Self.shortestPause
        while !interruption.isInterrupted {
            if listen() {
                pause = Self.shortestPause
                receive(.disconnected)
            }
            interruption.wait(-1, milliseconds: Int32(pause))
            pause = min(pause * 2, Self.longestPause)
        }
        interruption.close()
        ended.open()
    }

    /// - Returns: Whether there was a connection.
    private func listen() -> Bool {
        let handle: OpaquePointer
        do { handle = try PostgreSQLConnection.open(settings) } catch { return false }
        defer { PQfinish(handle) }
        let result = PQexec(handle, "LISTEN \"\(settings.schema)\"")
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { return false }
        receive(.connected)
        while !interruption.isInterrupted {
            while let notification = PQnotifies(handle) {
                if let text = notification.pointee.extra { receive(.text(String(cString: text))) }
                PQfreemem(notification)
            }
            interruption.wait(PQsocket(handle), milliseconds: -1)
            guard PQconsumeInput(handle) == 1 else { break }
        }
        return true
    }
}
#endif
