import NIOSSL
package import WorkflowCore

/// Sends requests to other hosts as the outbound policy of an environment allows; follows no redirects.
///
/// With ``OutboundPolicy/Reach/configured`` whoever names the hosts is trusted; with ``OutboundPolicy/Reach/public`` the
/// addresses of each host are checked when it is looked up, and again for each connection.
package final class GuardedRequests: Sendable {
    private let client: GuardedHTTPClient

    /// - Parameter environment: Its policy says where requests may go, its clock when a host is looked up again.
    package init(_ environment: EngineEnvironment) {
        client = GuardedHTTPClient(forNamedHosts: environment)
    }

    /// - Parameters:
    ///   - environment: Its policy says where requests may go, its clock when a host is looked up again.
    ///   - certificates: Who vouches for hosts, instead of those that the system trusts: certificates in PEM.
    /// - Throws: ``WorkflowError`` `.invalidInput` when there is no certificate.
    package init(_ environment: EngineEnvironment, trusting certificates: String) throws {
        let read: [NIOSSLCertificate]
        do {
            read = try NIOSSLCertificate.fromPEMBytes(Array(certificates.utf8))
        } catch {
            throw WorkflowError(.invalidInput, "These are no certificates in PEM.", cause: error)
        }
        guard !read.isEmpty else { throw WorkflowError(.invalidInput, "These are no certificates in PEM.") }
        client = GuardedHTTPClient(forNamedHosts: environment, certificates: read)
    }

    /// Sends one request.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - limit: The largest body to accept, in bytes.
    ///   - timeout: How long all of it may take.
    /// - Throws: ``WorkflowError``: `.forbidden` for an address that is not allowed, `.limitExceeded` for a larger body,
    ///   `.invalidInput` for a URL that cannot be asked, `.unavailable` for everything else.
    package func send(
        _ request: OutboundHTTPRequest, limit: Int, timeout: Duration
    ) async throws -> OutboundHTTPResponse {
        let headers = request.headers.map { FetchHeader(name: $0.name, value: $0.value) }
        let response = try await client.send(
            FetchRequest(method: request.method, url: request.url, headers: headers, body: request.body), limit: limit,
            timeout: timeout)
        return OutboundHTTPResponse(
            status: response.status, headers: response.headers.map { ($0.name, $0.value) }, body: response.body)
    }

    /// Closes all connections; nothing can be sent afterwards.
    package func shutdown() async { await client.shutdown() }
}
