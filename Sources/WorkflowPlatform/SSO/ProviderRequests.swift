import Synchronization
import WorkflowCore
import WorkflowModules

/// Asks providers. Their answers are limited in time and size, and no redirects are followed.
///
/// The hosts of the platform's providers are the operator's word. Those of companies may only be public, unless the
/// operator allows others: whoever manages a company must not reach what only this machine can.
final class ProviderRequests: Sendable {
    private static let limit = 256 << 10

    private let timeout: Duration
    private let environment: EngineEnvironment
    /// By whether the provider is one of a company.
    private let policies: [Bool: OutboundPolicy]
    private let clients = Mutex<[Bool: GuardedRequests]>([:])

    init(_ environment: EngineEnvironment, _ configuration: PlatformConfiguration) {
        self.environment = environment
        timeout = configuration.signOn.requestTimeout
        policies = [
            true: OutboundPolicy(reach: .public, allowed: configuration.providerAddresses),
            false: OutboundPolicy(reach: .configured),
        ]
    }

    /// Reads a document.
    ///
    /// - Throws: ``SignOnFailure``.
    func get(_ url: String, bearer: String? = nil, _ provider: SignOnProvider) async throws -> JSONValue {
        var headers = [(name: "accept", value: "application/json"), (name: "user-agent", value: "workflow-platform")]
        if let bearer { headers.append((name: "authorization", value: "Bearer \(bearer)")) }
        return try await send(OutboundHTTPRequest(method: "GET", url: url, headers: headers), provider)
    }

    /// Sends a form.
    ///
    /// - Throws: ``SignOnFailure``.
    func post(
        _ url: String, _ form: [(name: String, value: String)], authorization: String? = nil,
        _ provider: SignOnProvider
    ) async throws -> JSONValue {
        var headers = [
            (name: "accept", value: "application/json"), (name: "user-agent", value: "workflow-platform"),
            (name: "content-type", value: "application/x-www-form-urlencoded"),
        ]
        if let authorization { headers.append((name: "authorization", value: authorization)) }
        let request = OutboundHTTPRequest(
            method: "POST", url: url, headers: headers, body: Array(FormText.encode(form).utf8))
        return try await send(request, provider)
    }

    private func send(_ request: OutboundHTTPRequest, _ provider: SignOnProvider) async throws -> JSONValue {
        let response: OutboundHTTPResponse
        do {
            response = try await client(isOfCompany: provider.company != nil)
                .send(request, limit: Self.limit, timeout: timeout)
        } catch let error as WorkflowError {
            // Only what is said about a refused address says nothing of what was sent.
            let reason = error.code == .forbidden ? " \(error.message)" : ""
            throw SignOnFailure(.unavailable, "The provider does not answer as it should.\(reason)")
        }
        let isRefusal = (400..<500).contains(response.status)
        guard response.status == 200 || isRefusal else {
            throw SignOnFailure(.unavailable, "The provider answers with the status \(response.status).")
        }
        let document: JSONValue
        do {
            document = try JSONValue(parsing: response.body, options: JSONParsingOptions(maximumDepth: 16))
        } catch {
            throw SignOnFailure(.invalid, "The provider answers with something that is not JSON.")
        }
        // GitHub reports errors with the status 200.
        guard !isRefusal, document["error"] == nil else {
            let code = (document["error"]?.stringValue ?? "").filter { $0.isASCII && ($0.isLetter || $0 == "_") }
            throw SignOnFailure(
                .invalid, "The provider refuses with the status \(response.status) \(code.prefix(60)).")
        }
        return document
    }

    private func client(isOfCompany: Bool) -> GuardedRequests {
        clients.withLock { clients in
            if let client = clients[isOfCompany] { return client }
            var environment = environment
            if let policy = policies[isOfCompany] { environment.outboundPolicy = policy }
            let client = GuardedRequests(environment)
            clients[isOfCompany] = client
            return client
        }
    }

    /// Closes all connections.
    func shutdown() async {
        let open = clients.withLock { clients in
            defer { clients = [:] }
            return clients.values
        }
        for client in open { await client.shutdown() }
    }
}

/// Forms as bodies and queries.
enum FormText {
    /// Encodes a form.
    static func encode(_ form: [(name: String, value: String)]) -> String {
        form.map { "\($0.name)=\($0.value.addingPercentEncoding())" }.joined(separator: "&")
    }

    /// Adds a form to the query of an address.
    static func append(_ form: [(name: String, value: String)], to address: String) -> String {
        "\(address)\(address.contains("?") ? "&" : "?")\(encode(form))"
    }
}
