#if NATS
import CNATS
import Dispatch
import Synchronization

/// One connection to a server, from its opening to its end. It does not reconnect: who uses it opens another one.
///
/// Calls of the library that can block run on queues of their own; what they return or fail with comes back by
/// continuations. Messages arrive on threads of the library.
final class NATSConnection: Sendable {
    /// Pointers of the library, which may be used from any thread.
    private struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    /// What the library calls.
    private final class Closing: Sendable {
        let continuation: AsyncStream<Void>.Continuation

        init(_ continuation: AsyncStream<Void>.Continuation) {
            self.continuation = continuation
        }
    }

    /// What the library calls with each message of a subscription.
    fileprivate final class Receiver: Sendable {
        let receive: @Sendable (NATSMessage) -> Void

        init(_ receive: @escaping @Sendable (NATSMessage) -> Void) {
            self.receive = receive
        }
    }

    /// The greatest message that the server takes, in bytes.
    let maxPayload: Int
    private let handle: Handle
    // What is queued there keeps the connection, so that it is not destroyed before.
    private let writing = DispatchQueue(label: "workflow.nats.writing")
    private let ends: AsyncStream<Void>
    private let isEnded = Mutex(false)

    /// Opens a connection.
    ///
    /// - Throws: ``NATSError``.
    static func open(_ settings: NATSSettings) async throws -> NATSConnection {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "workflow.nats.opening").async {
                continuation.resume(with: Result { try NATSConnection(connecting: settings) })
            }
        }
    }

    /// Connects; blocks.
    private init(connecting settings: NATSSettings) throws {
        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        self.ends = ends
        let options = try NATSOptions(settings)
        let closing = Unmanaged.passRetained(Closing(continuation))
        var pointer: OpaquePointer?
        do {
            try NATSError.check(
                natsOptions_SetClosedCB(
                    options.pointer,
                    { _, closing in
                        guard let closing else { return }
                        Unmanaged<Closing>.fromOpaque(closing).takeRetainedValue().continuation.finish()
                    }, closing.toOpaque()))
            try NATSError.checkWithDetail(natsConnection_Connect(&pointer, options.pointer))
        } catch {
            closing.release()
            throw error
        }
        guard let pointer else { throw NATSError(status: NATS_NO_MEMORY) }
        handle = Handle(pointer: pointer)
        maxPayload = Int(natsConnection_GetMaxPayload(pointer))
    }

    deinit {
        let handle = handle
        DispatchQueue(label: "workflow.nats.closing").async {
            natsConnection_Destroy(handle.pointer)
        }
    }

    /// Returns when the connection has ended, or when the task is cancelled.
    func waitForEnd() async {
        for await _ in ends {}
    }

    /// Why the connection has ended, as far as the library knows.
    var lastError: String? {
        var text: UnsafePointer<CChar>?
        let status = natsConnection_GetLastError(handle.pointer, &text)
        guard status != NATS_OK else { return nil }
        return NATSError(status: status, detail: text.map { String(cString: $0) } ?? "").description
    }

    /// Sends a message after those that were sent before.
    ///
    /// - Parameter failed: Called, on another thread, when that is not possible.
    func send(_ message: NATSMessage, failed: (@Sendable (any Error) -> Void)? = nil) {
        writing.async {
            do {
                try message.withLibraryMessage { pointer in
                    try NATSError.check(natsConnection_PublishMsg(self.handle.pointer, pointer))
                }
            } catch {
                failed?(error)
            }
        }
    }

    /// Sends a message after those that were sent before and returns when the library has taken it.
    ///
    /// - Throws: ``NATSError``.
    func transmit(_ message: NATSMessage) async throws {
        try await withCheckedThrowingContinuation { continuation in
            writing.async {
                continuation.resume(
                    with: Result {
                        try message.withLibraryMessage { pointer in
                            try NATSError.check(natsConnection_PublishMsg(self.handle.pointer, pointer))
                        }
                    })
            }
        }
    }

    /// Subscribes to a subject for the life of the connection, or until the subscription is ended.
    ///
    /// - Parameters:
    ///   - subject: A subject, or a pattern of them.
    ///   - queue: Who subscribes under the same name shares the messages; `nil` for everybody.
    ///   - receive: Gets the messages one after another, on a thread of the library.
    /// - Throws: ``NATSError``.
    func subscribe(
        _ subject: String, queue: String? = nil, receive: @escaping @Sendable (NATSMessage) -> Void
    ) throws -> NATSSubscription {
        let receiver = Unmanaged.passRetained(Receiver(receive))
        var pointer: OpaquePointer?
        let status =
            if let queue {
                natsConnection_QueueSubscribe(
                    &pointer, handle.pointer, subject, queue, receiveMessage, receiver.toOpaque())
            } else {
                natsConnection_Subscribe(&pointer, handle.pointer, subject, receiveMessage, receiver.toOpaque())
            }
        guard status == NATS_OK, let pointer else {
            receiver.release()
            throw NATSError(status: status)
        }
        natsSubscription_SetOnCompleteCB(
            pointer, { receiver in receiver.map { Unmanaged<Receiver>.fromOpaque($0).release() } },
            receiver.toOpaque())
        return NATSSubscription(pointer: pointer)
    }

    /// Ends the connection in a while; who waits for its end begins anew.
    func endSoon() {
        writing.async { natsConnection_Close(self.handle.pointer) }
    }

    /// Sends what is buffered, waits until the server has it, and closes the connection.
    func close() async {
        let isFirst = isEnded.withLock { isEnded in
            defer { isEnded = true }
            return !isEnded
        }
        guard isFirst else { return }
        await withCheckedContinuation { continuation in
            writing.async {
                // What the server does not get now, it will see to be missing: acknowledgements come again.
                _ = natsConnection_FlushTimeout(self.handle.pointer, 2_000)
                natsConnection_Close(self.handle.pointer)
                continuation.resume()
            }
        }
    }
}

private func receiveMessage(
    _: OpaquePointer?, _: OpaquePointer?, _ message: OpaquePointer?, _ receiver: UnsafeMutableRawPointer?
) {
    guard let message, let receiver else { return }
    defer { natsMsg_Destroy(message) }
    Unmanaged<NATSConnection.Receiver>.fromOpaque(receiver).takeUnretainedValue().receive(NATSMessage(message))
}

/// A subscription of one connection.
final class NATSSubscription: @unchecked Sendable {
    // The library locks its objects itself.
    private let pointer: OpaquePointer

    fileprivate init(pointer: OpaquePointer) {
        self.pointer = pointer
    }

    /// Lets no more messages in.
    func end() {
        _ = natsSubscription_Unsubscribe(pointer)
    }

    deinit {
        let pointer = UInt(bitPattern: pointer)
        DispatchQueue(label: "workflow.nats.closing").async {
            natsSubscription_Destroy(OpaquePointer(bitPattern: pointer))
        }
    }
}
#endif
