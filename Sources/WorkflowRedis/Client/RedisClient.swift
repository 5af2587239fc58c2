#if Redis
import Synchronization

/// A client of one Redis server, with one connection on a thread of its own.
///
/// Commands that come at the same time are sent together, and answers come in the order of commands. While there is no
/// connection, commands fail at once; the client connects again by itself. A command is sent once: whoever gets
/// `disconnected` does not know whether it was executed.
///
/// ```swift
/// let client = try RedisClient(try RedisURL.settings("redis://localhost:6379/0"))
/// let value = try await client.send("GET", "greeting")
/// await client.close()
/// ```
package final class RedisClient: Sendable {
    /// The server and the limits.
    package let settings: RedisSettings
    private let mailbox: RedisMailbox
    private let pipe: RedisWakePipe

    /// Creates a client and begins to connect.
    ///
    /// - Parameters:
    ///   - settings: The server and the limits.
    ///   - onChange: Is told each time the connection comes or goes; on the client's thread, so it must be short.
    /// - Throws: ``RedisError`` when the system has no descriptor or thread left.
    package init(_ settings: RedisSettings, onChange: @escaping @Sendable (RedisStatus) -> Void = { _ in })
        throws(RedisError)
    {
        self.settings = settings
        let mailbox = RedisMailbox(settings, onChange: onChange)
        let pipe = try RedisWakePipe()
        (self.mailbox, self.pipe) = (mailbox, pipe)
        let loop = RedisLoop(settings, mailbox, pipe)
        guard RedisThread.start({ loop.run() }) else {
            throw RedisError(.away, "the system has no thread left")
        }
    }

    deinit {
        mailbox.close()
        pipe.wake()
    }

    /// How it stands with the server.
    package var status: RedisStatus { mailbox.status }

    /// How many commands wait to be sent or answered.
    package var pendingCount: Int { mailbox.pendingCount }

    /// How many commands have been sent and not been answered.
    package var unansweredCount: Int { mailbox.unansweredCount }

    /// Returns when the first attempt to connect has come to an end, whichever.
    package func waitForFirstAttempt() async { await mailbox.waitForFirstStatus() }

    /// Sends a command and waits for the answer.
    ///
    /// - Throws: ``RedisError``, or `CancellationError` when the task is cancelled first.
    package func send(_ arguments: RedisArgument...) async throws -> RedisValue {
        try await send(arguments)
    }

    /// Sends a command and waits for the answer.
    ///
    /// - Throws: ``RedisError``, or `CancellationError` when the task is cancelled first.
    package func send(_ arguments: [RedisArgument]) async throws -> RedisValue {
        let command = RedisCommand(arguments, deadline: .now.advanced(by: settings.commandTimeout))
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { submit(command, $0) }
        } onCancel: {
            command.finish(.failure(CancellationError()))
        }
    }

    /// Sends a command, also when the task is cancelled, and waits for the answer.
    ///
    /// - Throws: ``RedisError``.
    package func sendAnyway(_ arguments: [RedisArgument]) async throws -> RedisValue {
        let command = RedisCommand(arguments, deadline: .now.advanced(by: settings.commandTimeout))
        return try await withCheckedThrowingContinuation { submit(command, $0) }
    }

    private func submit(_ command: RedisCommand, _ continuation: CheckedContinuation<RedisValue, any Error>) {
        guard command.begin(continuation) else { return continuation.resume(throwing: CancellationError()) }
        do throws(RedisError) {
            if try mailbox.add(command) { pipe.wake() }
        } catch {
            command.finish(.failure(error))
        }
    }

    /// Ends the connection; commands that wait fail. Returns when the thread has ended.
    package func close() async {
        mailbox.close()
        pipe.wake()
        await mailbox.waitForEnd()
    }
}
#endif
