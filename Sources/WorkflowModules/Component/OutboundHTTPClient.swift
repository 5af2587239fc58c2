import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import WorkflowCore

/// Sends the requests of components.
final class OutboundHTTPClient: FetchTransport {
    private let client: HTTPClient

    init() {
        // Redirects are followed by ``ComponentFetch``, which knows where a component may go.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(10))
        // Whether to try again is for the script, or for the policy of its step, to say.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func shutdown() async {
        // It fails only when it is called twice.
        try? await client.shutdown()
    }

    func send(_ request: FetchRequest, limit: Int, timeout: Duration) async throws -> FetchResponse {
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
        } catch {
            throw WorkflowError(.unavailable, "fetch: no answer from \(request.method) \(request.url)", cause: error)
        }
    }
}
