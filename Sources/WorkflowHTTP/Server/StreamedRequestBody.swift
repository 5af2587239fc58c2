import HTTPTypes
import NIOCore
import WorkflowCore

/// The transport of a request body as the body sees it.
protocol RequestBodyTransport: AnyObject {
    /// The handler waits for more of the body.
    func bodyIsDemanded()
}

/// A request body that still arrives while the handler runs.
final class StreamedRequestBody: RequestBodySource, @unchecked Sendable {
    // `@unchecked`: the variables are only touched on `eventLoop`.
    private static let highWater = 64 * 1024

    /// How many bytes the head announced; `nil` for a chunked body.
    let expected: Int?
    /// How many bytes have arrived.
    private(set) var received = 0
    private let eventLoop: any EventLoop
    private let limit: Int
    private weak let transport: (any RequestBodyTransport)?
    private var buffer: [UInt8] = []
    private var hasEnded = false
    private var failure: (any Error)?
    private var waiter: CheckedContinuation<[UInt8]?, any Error>?

    init(eventLoop: any EventLoop, expected: Int?, limit: Int, transport: any RequestBodyTransport) {
        self.eventLoop = eventLoop
        self.expected = expected
        self.limit = limit
        self.transport = transport
    }

    /// Whether the client has to wait because the handler does not keep up.
    var isFull: Bool { buffer.count >= Self.highWater && failure == nil }

    /// How much is still to come; `nil` when nobody knows.
    var remaining: Int? { hasEnded ? 0 : expected.map { $0 - received } }

    func append(_ bytes: ByteBuffer) {
        received += bytes.readableBytes
        guard failure == nil else { return }
        guard received <= limit else { return fail(HTTPError.bodyTooLarge(limit: limit)) }
        if let waiter {
            self.waiter = nil
            waiter.resume(returning: Array(bytes.readableBytesView))
        } else {
            buffer.append(contentsOf: bytes.readableBytesView)
        }
    }

    func finish() {
        hasEnded = true
        guard let waiter, failure == nil else { return }
        self.waiter = nil
        waiter.resume(returning: nil)
    }

    func fail(_ error: any Error) {
        guard failure == nil, !hasEnded else { return }
        failure = error
        buffer = []
        guard let waiter else { return }
        self.waiter = nil
        waiter.resume(throwing: error)
    }

    func nextChunk() async throws -> [UInt8]? {
        if eventLoop.inEventLoop, let ready = takeReady() { return try ready.get() }
        try Task.checkCancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if eventLoop.inEventLoop {
                    park(continuation)
                } else {
                    eventLoop.execute { self.park(continuation) }
                }
            }
        } onCancel: {
            eventLoop.execute { self.fail(CancellationError()) }
        }
    }

    private func takeReady() -> Result<[UInt8]?, any Error>? {
        if let failure { return .failure(failure) }
        if !buffer.isEmpty {
            let chunk = buffer
            buffer = []
            transport?.bodyIsDemanded()
            return .success(chunk)
        }
        return hasEnded ? .success(nil) : nil
    }

    private func park(_ continuation: CheckedContinuation<[UInt8]?, any Error>) {
        if let ready = takeReady() {
            continuation.resume(with: ready)
        } else if waiter != nil {
            continuation.resume(throwing: HTTPError(.internalServerError, "Two tasks read the same request body."))
        } else {
            waiter = continuation
            transport?.bodyIsDemanded()
        }
    }
}
