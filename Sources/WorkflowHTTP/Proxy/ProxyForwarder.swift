import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import WorkflowCore

/// Passes requests on to backends and their responses back.
struct ProxyForwarder: Sendable {
    var headers: ProxyHeaders
    var timeouts: UpstreamRequest.Timeouts
    /// How many further attempts a request gets that may be repeated.
    var retries: Int
    let clock: any EngineClock
    let logger: Logger
    /// Answers in place of the network; `nil` for the network.
    let answering: (any OutboundHTTPAnswering)?

    /// Methods that may be sent twice without doing harm (RFC 9110, section 9.2.2).
    private static let idempotent: Set<HTTPRequest.Method> = [.get, .head, .options, .put, .delete]

    /// Passes a request on.
    ///
    /// - Throws: ``HTTPError`` 502, 503 or 504 when there is no proper response, what the body of the request throws,
    ///   and `CancellationError`.
    func forward(
        _ request: ServerRequest, to backend: ProxyBackend, body: OutgoingBody? = nil
    ) async throws -> ServerResponse {
        do {
            let body = if let body { body } else { try await OutgoingBody(request) }
            let (head, exchange) = try await exchange(for: request, with: backend, body: body)
            let response = try await response(to: request, head, exchange, of: backend)
            backend.series.count(status: response.status.code)
            return response
        } catch {
            let answer = answer(for: error, of: backend)
            if let answer = answer as? HTTPError { backend.series.count(status: answer.status.code) }
            throw answer
        }
    }

    /// Makes the response for the client; its body is passed on while it arrives.
    func response(
        to request: ServerRequest, _ head: HTTPResponseHead, _ exchange: any UpstreamResponse, of backend: ProxyBackend
    ) async throws -> ServerResponse {
        guard let fields = ProxyHeaders.response(head.headers) else {
            throw UpstreamFailure.malformed("a header field")
        }
        let status = head.status
        var response = ServerResponse(
            status: HTTPResponse.Status(code: Int(status.code), reasonPhrase: status.reasonPhrase), headers: fields)
        let isForHead = request.method == .head
        if isForHead || response.status.hasNoBody {
            if response.status == .resetContent {
                exchange.close()
            } else {
                try await exchange.forEachChunk { _ in }
            }
            // Without a stated length there must not be one of zero.
            let statesLength = response.headers[.contentLength] != nil
            if isForHead, !statesLength { response.body = .stream(length: nil) { _ in } }
            return response
        }
        if let bytes = try await exchange.takeWholeBody() {
            response.body = .bytes(bytes)
            return response
        }
        let length = response.headers[.contentLength].flatMap { Int64($0) }
        response.body = .stream(length: length) { writer in
            do {
                try await exchange.forEachChunk { try await writer.write($0) }
            } catch {
                throw answer(for: error, of: backend)
            }
        }
        return response
    }

    /// Sends a request until a response begins or no attempt is left.
    func exchange(
        for request: ServerRequest, with backend: ProxyBackend, body: OutgoingBody
    ) async throws -> (head: HTTPResponseHead, stream: any UpstreamResponse) {
        guard request.method != .trace else {
            // It would show to the client what is added for the backend.
            throw HTTPError(.methodNotAllowed, "TRACE requests are not passed on.")
        }
        var attempts = 1
        if case .bytes = body, Self.idempotent.contains(request.method) { attempts += retries }
        var tried: [ProxyTarget] = []
        while true {
            let target = try backend.choose(at: clock.now, after: tried)
            do {
                // One that was idle may be just being closed by the other side.
                return try await attempt(request, body, on: target, of: backend, fresh: !tried.isEmpty)
            } catch let failure as UpstreamFailure where failure.isWorthRetrying && tried.count + 1 < attempts {
                tried.append(target)
                logger.debug("trying again", metadata: ["proxy.target": "\(target.url)", "error": "\(failure)"])
            }
        }
    }

    private func attempt(
        _ request: ServerRequest, _ body: OutgoingBody, on target: ProxyTarget, of backend: ProxyBackend, fresh: Bool
    ) async throws -> (head: HTTPResponseHead, stream: any UpstreamResponse) {
        try await judged(target, of: backend, mayBeStale: !fresh) {
            let outgoing = UpstreamRequest(request, to: target.url, headers: headers, timeouts: timeouts)
            if let answering { return try await Self.answer(outgoing, body, to: target.url, by: answering) }
            let connection = try await target.pool.acquire(fresh: fresh)
            let exchange: UpstreamExchange
            switch body {
            case .bytes(let bytes):
                exchange = try await .begin(
                    outgoing.head(length: bytes.count), body: bytes, on: connection, pool: target.pool,
                    timeouts: timeouts)
            case .stream(let body, let length):
                exchange = try await .begin(
                    outgoing, streaming: body, length: length, on: connection, pool: target.pool)
            }
            let head = try await exchange.head()
            guard head.status.code >= 200 else { throw UpstreamFailure.malformed("a status below 200") }
            let codings = head.headers[canonicalForm: "transfer-encoding"]
            guard codings.allSatisfy({ $0.lowercased() == "chunked" }) else {
                throw UpstreamFailure.malformed("a transfer coding other than chunked")
            }
            return (head, exchange)
        }
    }

    /// Tells the target's circuit breaker how an attempt went, and the metrics how long it took.
    ///
    /// - Parameter mayBeStale: Whether the connection may have been idle, and closed by the other side since: that says
    ///   nothing about whether the target is there.
    func judged<Stream>(
        _ target: ProxyTarget, of backend: ProxyBackend, mayBeStale: Bool = false,
        _ attempt: () async throws -> (head: HTTPResponseHead, stream: Stream)
    ) async throws -> (head: HTTPResponseHead, stream: Stream) {
        let began = NIODeadline.now()
        do {
            let result = try await attempt()
            backend.series.duration.record(.nanoseconds((NIODeadline.now() - began).nanoseconds))
            // Errors of the application say nothing about whether the target is there.
            let isGateway = [502, 503, 504].contains(result.head.status.code)
            if isGateway { target.fail(at: clock.now) } else { target.succeed() }
            return result
        } catch {
            switch error as? UpstreamFailure {
            case nil: target.abandon()
            case .closedBeforeResponse? where mayBeStale: target.abandon()
            default: target.fail(at: clock.now)
            }
            throw error
        }
    }

    /// What a failure means to the client.
    func answer(for error: any Error, of backend: ProxyBackend) -> any Error {
        guard let failure = error as? UpstreamFailure else { return error }
        logger.info(
            "a backend did not answer properly",
            metadata: ["proxy.backend": "\(backend.name)", "error": "\(failure)"])
        return failure.answer
    }
}
