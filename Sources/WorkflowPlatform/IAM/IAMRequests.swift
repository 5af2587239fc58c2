import Synchronization
import WorkflowCore
import WorkflowModules

/// Sends requests to the providers of companies: to public addresses only, unless the operator allows others.
final class IAMRequests: Sendable {
    private static let limit = 256 << 10
    private static let timeout = Duration.seconds(10)

    private let environment: EngineEnvironment
    private let shared = Mutex<GuardedRequests?>(nil)

    init(_ environment: EngineEnvironment, allowedAddresses: [AddressRange]) {
        var environment = environment
        environment.outboundPolicy = OutboundPolicy(reach: .public, allowed: allowedAddresses)
        self.environment = environment
    }

    /// For hosts that the system trusts; made when it is needed.
    private var client: GuardedRequests {
        shared.withLock { shared in
            if let shared { return shared }
            let client = GuardedRequests(environment)
            shared = client
            return client
        }
    }

    /// Sends a request.
    ///
    /// - Parameter certificates: Who vouches for the host, in PEM; empty for whoever the system trusts.
    /// - Returns: The status, and the body if it is JSON.
    /// - Throws: ``IAMFailure``.
    func send(
        _ request: OutboundHTTPRequest, trusting certificates: String = ""
    ) async throws -> (status: Int, document: JSONValue) {
        let response: OutboundHTTPResponse
        do {
            if certificates.isEmpty {
                response = try await client.send(request, limit: Self.limit, timeout: Self.timeout)
            } else {
                // There are few of these, so that no connection is kept for each company.
                let client = try GuardedRequests(environment, trusting: certificates)
                let answer = await Result { () async throws in
                    try await client.send(request, limit: Self.limit, timeout: Self.timeout)
                }
                await client.shutdown()
                response = try answer.get()
            }
        } catch let error as WorkflowError {
            let reason = [.forbidden, .invalidInput].contains(error.code) ? " \(error.message)" : ""
            throw IAMFailure(.unavailable, "The provider does not answer.\(reason)")
        }
        do {
            return (
                response.status, try JSONValue(parsing: response.body, options: JSONParsingOptions(maximumDepth: 16))
            )
        } catch {
            return (response.status, .null)
        }
    }

    /// Closes all connections.
    func shutdown() async {
        await shared.withLock { shared in
            defer { shared = nil }
            return shared
        }?.shutdown()
    }
}

extension Result where Failure == any Error {
    /// What an operation that waits leads to.
    fileprivate init(_ operation: () async throws -> Success) async {
        do {
            self = .success(try await operation())
        } catch {
            self = .failure(error)
        }
    }
}
