import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import WorkflowCore

/// Sends requests through connections whose addresses a policy allows.
final class CheckedHTTPClient: FetchTransport {
    private let client: HTTPClient?
    private let answering: (any OutboundHTTPAnswering)?

    /// - Parameters:
    ///   - policy: Says which addresses are allowed; `nil` for all.
    ///   - connectTimeout: How long a connection may take to be made.
    ///   - idleTimeout: How long a connection is kept that nobody uses.
    ///   - certificates: Who vouches for other hosts instead of those that the system trusts.
    ///   - answering: Answers in place of the network; see ``EngineEnvironment/outboundHTTP``.
    init(
        policy: AddressPolicy?, connectTimeout: Duration = .seconds(10), idleTimeout: Duration = .seconds(60),
        certificates: [NIOSSLCertificate]? = nil, answering: (any OutboundHTTPAnswering)? = nil
    ) {
        self.answering = answering
        guard answering == nil else {
            client = nil
            return
        }
        // Redirects are followed by ``ComponentFetch``, which knows where requests may go.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .nanoseconds(connectTimeout.wholeNanoseconds))
        configuration.connectionPool.idleTimeout = .nanoseconds(idleTimeout.wholeNanoseconds)
        configuration.connectionPool.retryConnectionEstablishment = false
        if let certificates {
            var security = TLSConfiguration.makeClientConfiguration()
            security.trustRoots = .certificates(certificates)
            configuration.tlsConfiguration = security
        }
        if let policy {
            let check: @Sendable (any Channel) -> EventLoopFuture<Void> = { Self.check($0, policy) }
            configuration.http1_1ConnectionDebugInitializer = check
            configuration.http2ConnectionDebugInitializer = check
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes a new connection to an address that is not allowed, before a request is sent through it.
    private static func check(_ channel: any Channel, _ policy: AddressPolicy) -> EventLoopFuture<Void> {
        guard let address = (channel.remoteAddress?.ipAddress).flatMap({ IPAddress($0) }) else {
            return refuse(channel, policy, "a place without an address")
        }
        guard let problem = policy.problem(address) else { return channel.eventLoop.makeSucceededVoidFuture() }
        return refuse(channel, policy, problem)
    }

    private static func refuse(
        _ channel: any Channel, _ policy: AddressPolicy, _ problem: String
    ) -> EventLoopFuture<Void> {
        channel.close(promise: nil)
        return channel.eventLoop.makeFailedFuture(policy.refusal(of: "the host", problem))
    }

    func shutdown() async {
        // It fails only when it is called twice.
        try? await client?.shutdown()
    }

    func send(_ request: FetchRequest, limit: Int, timeout: Duration) async throws -> FetchResponse {
        if let answering { return try await request.answer(by: answering, limit: limit) }
        guard let client else { throw WorkflowError(.unavailable, "fetch: the client is closed.") }
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty { outgoing.body = .bytes(request.body) }
        do {
            let response = try await client.execute(outgoing, timeout: .nanoseconds(timeout.wholeNanoseconds))
            let body = try await response.body.collect(upTo: limit)
            return FetchResponse(
                status: Int(response.status.code),
                headers: response.headers.map { FetchHeader(name: $0.name.lowercased(), value: $0.value) },
                body: Array(body.readableBytesView))
        } catch is NIOTooManyBytesError {
            throw WorkflowError(.limitExceeded, "fetch: the answer is larger than \(limit) bytes.")
        } catch let error as CancellationError {
            throw error
        } catch let error as WorkflowError {
            throw error
        } catch {
            throw WorkflowError(.unavailable, "fetch: no answer from \(request.method) \(request.url)", cause: error)
        }
    }
}

extension FetchRequest {
    /// Has something in this program answer the request.
    ///
    /// - Throws: ``WorkflowError`` `.limitExceeded` for a larger body; what `other` throws.
    fileprivate func answer(by other: any OutboundHTTPAnswering, limit: Int) async throws -> FetchResponse {
        let response = try await other.answer(
            OutboundHTTPRequest(
                method: method, url: url, headers: headers.map { ($0.name, $0.value) }, body: body))
        guard response.body.count <= limit else {
            throw WorkflowError(.limitExceeded, "fetch: the answer is larger than \(limit) bytes.")
        }
        return FetchResponse(
            status: response.status,
            headers: response.headers.map { FetchHeader(name: $0.name.lowercased(), value: $0.value) },
            body: response.body)
    }
}
