import HTTPTypes
import Tracing

/// Spans of requests that come and go, by the semantic conventions for HTTP.
extension Traces {
    /// A handler with a span for each request; `handler` itself when there is no tracer. Ask for it when all modules have
    /// been created.
    public func tracing(_ handler: any HTTPHandler) -> any HTTPHandler {
        tracer == nil ? handler : TracedHandler(next: handler, traces: self)
    }

    /// Sends a request within a span.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - host: The name or address of the server.
    ///   - port: Its port.
    ///   - attempt: Which attempt it is, from 1.
    ///   - send: Sends it, with further header fields that take the trace on; returns the status besides its result.
    /// - Throws: What `send` throws.
    public func call<Response>(
        _ method: String, host: String, port: Int, attempt: Int = 1,
        _ send: ([(name: String, value: String)]) async throws -> (response: Response, status: Int)
    ) async throws -> Response {
        guard let tracer else { return try await send([]).response }
        func attributes() -> SpanAttributes {
            var attributes: SpanAttributes = [
                "http.request.method": .string(method), "server.address": .string(host),
                "server.port": .int(Int64(port)),
            ]
            if attempt > 1 { attributes["http.request.resend_count"] = attempt - 1 }
            return attributes
        }
        return try await span(method, .client, tracer, ServiceContext.current ?? .topLevel, attributes) { span in
            let fields = TraceCarrier(ServiceContext.current ?? .topLevel, of: tracer).fields
            let (response, status) = try await send(fields)
            span?.answered(with: status, failingFrom: 400)
            return response
        }
    }
}

/// Answers requests within spans.
private struct TracedHandler: HTTPHandler {
    private static let methods: Set = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
    ]

    let next: any HTTPHandler
    let traces: Traces

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        guard let tracer = traces.tracer else { return try await next.handle(request) }
        let parent = TraceCarrier(request.headers).context(for: tracer)
        let method = Self.methods.contains(request.method.rawValue) ? request.method.rawValue : "HTTP"
        return try await traces.span(method, .server, tracer, parent, { attributes(of: request) }) {
            span in
            guard let span else { return try await next.handle(request) }
            defer { complete(span, method, request) }
            do {
                let response = try await next.handle(request)
                span.answered(with: response.status.code, failingFrom: 500)
                return response
            } catch let error as HTTPError {
                span.answered(with: error.response.status.code, failingFrom: 500)
                // Not an error of the span unless its status says so.
                return error.response
            } catch {
                if !(error is CancellationError) {
                    span.updateAttributes { $0["http.response.status_code"] = 500 }
                }
                throw error
            }
        }
    }

    /// Adds what the router and the middlewares have found out.
    private func complete(_ span: any Span, _ method: String, _ request: ServerRequest) {
        guard let record = request.record else { return }
        let (route, id) = (record.routePattern, record.requestID)
        if !route.isEmpty { span.operationName = "\(method) \(route)" }
        span.updateAttributes { attributes in
            if !route.isEmpty { attributes["http.route"] = route }
            if let id { attributes["workflow.request.id"] = id }
        }
    }

    /// Takes `host:port` apart; the host may be an address in brackets.
    private static func place(_ authority: String) -> (host: String, port: Int?) {
        guard let colon = authority.utf8.lastIndex(of: UInt8(ascii: ":")),
            let port = Int(authority[authority.utf8.index(after: colon)...])
        else { return (authority, nil) }
        return (String(authority[..<colon]), port)
    }

    /// Without the query, which may hold secrets.
    private func attributes(of request: ServerRequest) -> SpanAttributes {
        var attributes: SpanAttributes = [
            "url.path": .string(request.path), "url.scheme": .string(request.isSecure ? "https" : "http"),
        ]
        let method = request.method.rawValue
        attributes["http.request.method"] = Self.methods.contains(method) ? method : "_OTHER"
        if !Self.methods.contains(method) { attributes["http.request.method_original"] = method }
        if let authority = request.authority {
            let (host, port) = Self.place(authority)
            attributes["server.address"] = host
            if let port { attributes["server.port"] = port }
        }
        if !request.remoteAddress.isEmpty { attributes["client.address"] = request.remoteAddress }
        if let agent = request.headers[.userAgent] { attributes["user_agent.original"] = agent }
        return attributes
    }
}

extension Span {
    /// Tells the status of an answer.
    fileprivate func answered(with status: Int, failingFrom limit: Int) {
        updateAttributes { attributes in
            attributes["http.response.status_code"] = status
            if status >= limit { attributes["error.type"] = String(status) }
        }
        if status >= limit { setStatus(SpanStatus(code: .error)) }
    }
}
