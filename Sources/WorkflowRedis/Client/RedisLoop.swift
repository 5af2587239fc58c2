#if Redis
import Synchronization
import WorkflowCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The thread of a client: connects, sends what waits, hands out answers in order, and connects again.
final class RedisLoop: Sendable {
    private let settings: RedisSettings
    private let mailbox: RedisMailbox
    private let pipe: RedisWakePipe

    init(_ settings: RedisSettings, _ mailbox: RedisMailbox, _ pipe: RedisWakePipe) {
        self.settings = settings
        self.mailbox = mailbox
        self.pipe = pipe
    }

    /// Runs until the mailbox is closed.
    func run() {
        let backoff = Backoff(base: .milliseconds(100), limit: settings.reconnectLimit)
        var attempt = 0
        while !mailbox.isClosed {
            do throws(RedisError) {
                var socket = try connect()
                try greet(&socket)
                attempt = 0
                mailbox.note(.connected)
                try serve(&socket)
            } catch {
                attempt += 1
                mailbox.note(.away(error.description))
            }
            // At least a little, so that a server that accepts and closes does not make it spin.
            let delay = backoff.delay(afterAttempt: attempt, random: .random(in: 0.1..<1))
            let time = ContinuousClock.now.advanced(by: delay)
            while !mailbox.isClosed, ContinuousClock.now < time { _ = pipe.wait(for: -1, 0, until: time) }
        }
        mailbox.finishAll(RedisError(.closed, "The Redis client is closed."))
        mailbox.threadHasEnded()
    }

    private func connect() throws(RedisError) -> RedisSocket {
        let deadline = ContinuousClock.now.advanced(by: settings.connectTimeout)
        let socket = try RedisSocket(settings)
        while true {
            let ready = pipe.wait(for: socket.descriptor, Int32(POLLOUT), until: deadline)
            try checkOpen()
            if ready != 0 {
                try socket.finishConnecting()
                return socket
            }
            guard ContinuousClock.now < deadline else {
                throw RedisError(.away, "no connection within \(settings.connectTimeout)")
            }
        }
    }

    /// Tells who we are and chooses the database.
    private func greet(_ socket: inout RedisSocket) throws(RedisError) {
        let deadline = ContinuousClock.now.advanced(by: settings.connectTimeout)
        if !settings.password.isEmpty {
            let words = settings.user.isEmpty ? [settings.password] : [settings.user, settings.password]
            let reply = try exchange(["AUTH"] + words.map { RedisArgument($0) }, &socket, deadline)
            if case .error(let text) = reply {
                // Some servers repeat what they were sent: only the code is shown.
                let code = text.prefix { $0.isASCII && $0.isLetter }.prefix(20)
                throw RedisError(.away, "the server refuses the user or the password (\(code))")
            }
        }
        if settings.database != 0 {
            try accept(try exchange(["SELECT", "\(settings.database)"], &socket, deadline))
        }
        try accept(try exchange(["PING"], &socket, deadline))
    }

    private func accept(_ reply: RedisValue) throws(RedisError) {
        guard case .error(let text) = reply else { return }
        let hint = text.hasPrefix("NOAUTH") ? "the server asks for a password (NOAUTH)" : text
        throw RedisError(.away, hint)
    }

    private func exchange(
        _ arguments: [RedisArgument], _ socket: inout RedisSocket, _ deadline: ContinuousClock.Instant
    ) throws(RedisError) -> RedisValue {
        try socket.append(RedisCommand(arguments, deadline: deadline).bytes)
        while true {
            if socket.hasOutput { try socket.flush() }
            let ready = pipe.wait(for: socket.descriptor, Self.events(socket), until: deadline)
            try checkOpen()
            if ready & ~Int32(POLLOUT) != 0 {
                try socket.read()
                if let reply = try socket.nextReply() { return reply }
            }
            guard ContinuousClock.now < deadline else {
                throw RedisError(.away, "no answer within \(settings.connectTimeout)")
            }
        }
    }

    /// Sends commands and hands out answers until the connection ends or the mailbox is closed.
    private func serve(_ socket: inout RedisSocket) throws(RedisError) {
        while true {
            try checkOpen()
            for command in mailbox.takeQueued() { try socket.append(command.bytes) }
            if socket.hasOutput { try socket.flush() }
            let deadline = mailbox.nextDeadline
            let ready = pipe.wait(for: socket.descriptor, Self.events(socket), until: deadline)
            if ready & ~Int32(POLLOUT) != 0 {
                try socket.read()
                while let reply = try socket.nextReply() { try mailbox.answer(reply) }
            }
            if let deadline = mailbox.nextDeadline, deadline <= ContinuousClock.now {
                // What comes next cannot be told from the late answer: the connection is of no use any more.
                throw RedisError(.disconnected, "no answer within \(settings.commandTimeout)")
            }
        }
    }

    private func checkOpen() throws(RedisError) {
        if mailbox.isClosed { throw RedisError(.closed, "The Redis client is closed.") }
    }

    private static func events(_ socket: borrowing RedisSocket) -> Int32 {
        Int32(POLLIN) | (socket.hasOutput ? Int32(POLLOUT) : 0)
    }
}
#endif
