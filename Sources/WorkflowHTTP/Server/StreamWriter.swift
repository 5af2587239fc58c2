import NIOCore
import WorkflowCore

/// Where a handler writes the body of a streaming response.
///
/// The head leaves with the first bytes, or at the end of the event loop's turn when the handler waits before it writes.
/// So an error before the first byte still becomes a proper answer, and a slow producer does not hold the head back.
final class StreamWriter: ResponseWriter, @unchecked Sendable {
    // `@unchecked`: the variables are only touched on the event loop of `transport`.
    private let transport: any ResponseTransport
    private let response: ServerResponse
    private let length: Int64?
    private let exchange: UInt64
    private var written: Int64 = 0
    private var hasBegun = false

    init(_ transport: any ResponseTransport, response: ServerResponse, length: Int64?, exchange: UInt64) {
        self.transport = transport
        self.response = response
        self.length = length
        self.exchange = exchange
    }

    func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try Task.checkCancellation()
        let hasRoom: Bool
        if transport.loop.eventLoop.inEventLoop {
            hasRoom = try writeOnLoop(bytes)
        } else {
            hasRoom = try await transport.loop.eventLoop.submit { try self.writeOnLoop(bytes) }.get()
        }
        if !hasRoom { try await transport.waitForRoom(exchange: exchange) }
    }

    private func writeOnLoop(_ bytes: [UInt8]) throws -> Bool {
        try begin()
        written += Int64(bytes.count)
        if let length, written > length {
            throw WorkflowError(.internal, "The body of a response is longer than the \(length) bytes it announced.")
        }
        return try transport.write(bytes, exchange: exchange)
    }

    /// Sends the head at the end of the event loop's turn unless it has been sent by then.
    func beginSoon() {
        transport.loop.eventLoop.execute { try? self.begin() }
    }

    private func begin() throws {
        guard !hasBegun else { return }
        hasBegun = true
        try transport.begin(response, length: length, exchange: exchange)
    }

    func finish() throws {
        try begin()
        if let length, written < length {
            throw WorkflowError(.internal, "The body of a response is shorter than the \(length) bytes it announced.")
        }
        transport.finish(exchange: exchange)
    }
}
