import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import WorkflowCore

/// A connection or stream as the response side of an exchange sees it.
///
/// Everything except ``loop`` must be used on the event loop. `exchange` names the exchange that the caller means:
/// calls for one that is over do nothing, or throw `CancellationError`.
protocol ResponseTransport: AnyObject, Sendable {
    var loop: ServerLoop { get }

    /// What is known about the exchange; `nil` when it is over.
    func exchange(_ id: UInt64) -> Exchange?

    /// Sends a whole response and ends the exchange.
    ///
    /// - Parameter declaredLength: The length to state instead of that of `body`, for a response without its body.
    func send(_ response: ServerResponse, body: [UInt8], declaredLength: Int64?, exchange: UInt64)

    /// Sends the head of a response whose body follows in pieces.
    ///
    /// - Parameter length: The length of the body when it is known.
    func begin(_ response: ServerResponse, length: Int64?, exchange: UInt64) throws

    /// Sends a piece of the body.
    ///
    /// - Returns: Whether there is room for more.
    func write(_ bytes: [UInt8], exchange: UInt64) throws -> Bool

    /// Returns when there is room for more.
    func waitForRoom(exchange: UInt64) async throws

    /// Sends a part of an open file without copying it, if the connection can do that.
    ///
    /// - Returns: Whether it was sent.
    func sendRegion(of file: OpenFile, offset: Int64, length: Int64, exchange: UInt64) async throws -> Bool

    /// Ends the body and the exchange.
    func finish(exchange: UInt64)

    /// Ends an exchange whose body cannot be completed, so that the client notices.
    func abort(exchange: UInt64)
}

extension ResponseTransport {
    /// Lets `responder` answer the request and sends the answer: the life of a request's task.
    func run(_ request: ServerRequest, responder: any HTTPHandler, exchange: UInt64) async {
        var response: ServerResponse
        do {
            response = try await responder.handle(request)
        } catch {
            response = loop.core.response(for: error, record: request.record)
        }
        if !(200...999).contains(response.status.code), !ConnectionUpgrade.isMade(by: response) {
            loop.core.logger.error(
                "a handler returned a status that is not final", metadata: ["http.status": "\(response.status.code)"])
            response = HTTPError(.internalServerError, "The server failed to answer this request.").response
        }
        await returnToLoop()
        switch response.body {
        case .empty: send(response, body: [], declaredLength: nil, exchange: exchange)
        case .bytes(let bytes): send(response, body: bytes, declaredLength: nil, exchange: exchange)
        case .file(let path, let offset, let length):
            if bodyIsOmitted(response, exchange: exchange) {
                send(response, body: [], declaredLength: length, exchange: exchange)
            } else {
                await sendInParts(response, record: request.record, exchange: exchange) {
                    try await sendFile(path, offset: offset, length: length, response, exchange: exchange)
                }
            }
        case .stream(let length, let produce):
            if bodyIsOmitted(response, exchange: exchange) {
                send(response, body: [], declaredLength: length, exchange: exchange)
            } else {
                await sendInParts(response, record: request.record, exchange: exchange) {
                    let writer = StreamWriter(self, response: response, length: length, exchange: exchange)
                    writer.beginSoon()
                    try await produce(writer)
                    await returnToLoop()
                    try writer.finish()
                }
            }
        }
    }

    /// A handler may come back on a foreign executor; the transport only works on the loop.
    private func returnToLoop() async {
        guard !loop.eventLoop.inEventLoop else { return }
        await withCheckedContinuation { continuation in
            loop.eventLoop.execute { continuation.resume() }
        }
    }

    private func bodyIsOmitted(_ response: ServerResponse, exchange id: UInt64) -> Bool {
        exchange(id)?.method == .head || response.status.hasNoBody
    }

    private func sendInParts(
        _ response: ServerResponse, record: RequestRecord?, exchange id: UInt64, _ send: () async throws -> Void
    ) async {
        do {
            try await send()
        } catch {
            await returnToLoop()
            guard let current = exchange(id) else { return }
            if current.status == nil {
                let answer = loop.core.response(for: error, record: record)
                if case .bytes(let bytes) = answer.body {
                    self.send(answer, body: bytes, declaredLength: nil, exchange: id)
                }
            } else {
                if !(error is CancellationError) {
                    loop.core.log(error, "the body of a response failed", record: record)
                }
                abort(exchange: id)
            }
        }
    }

    private func sendFile(
        _ path: String, offset: Int64, length: Int64, _ response: ServerResponse, exchange: UInt64
    ) async throws {
        let pool = loop.core.threadPool
        let file = try await pool.runIfActive { try OpenFile(path, offset: offset, length: length) }
        defer { pool.submit { _ in file.close() } }
        await returnToLoop()
        try begin(response, length: length, exchange: exchange)
        if try await !sendRegion(of: file, offset: offset, length: length, exchange: exchange) {
            var position = offset
            while position < offset + length {
                let count = Int(min(64 * 1024, offset + length - position))
                let start = position
                let bytes = try await pool.runIfActive { try file.read(count, at: start) }
                await returnToLoop()
                if try !write(bytes, exchange: exchange) { try await waitForRoom(exchange: exchange) }
                position += Int64(bytes.count)
            }
        }
        await returnToLoop()
        finish(exchange: exchange)
    }
}

extension HTTPResponse.Status {
    /// Whether a response with this status never has a body.
    var hasNoBody: Bool { code == 204 || code == 304 || code == 205 }
}
