import Logging
import Synchronization
import WorkflowCore

/// Sends requests for a module, again and again as its policy says.
///
/// Messages and log lines name the receiver by its scheme, host and port only: paths and queries of webhooks are secrets.
final class OutboundDelivery: Sendable {
    private static let clientKey = "http client of outbound modules"

    /// The receiver, such as `https://hooks.example.com`.
    let receiver: String
    let policy: DeliveryPolicy
    private let place: FetchPlace
    private let environment: EngineEnvironment
    private let logger: Logger
    private let transport: Mutex<(any FetchTransport)?>

    /// - Parameter transport: Sends the requests; `nil` for a client that is there between ``open()`` and ``close()``.
    init(
        to place: FetchPlace, policy: DeliveryPolicy, environment: EngineEnvironment, logger: Logger,
        transport: (any FetchTransport)? = nil
    ) {
        let host = place.host.contains(":") ? "[\(place.host)]" : place.host
        receiver = "\(place.scheme)://\(host)" + (place.port == place.standardPort ? "" : ":\(place.port)")
        self.place = place
        self.policy = policy
        self.environment = environment
        self.logger = logger
        self.transport = Mutex(transport)
    }

    /// Takes the client that all outbound modules share.
    func open() throws {
        let client = try environment.resources.acquire(
            Self.clientKey, make: { GuardedHTTPClient(forNamedHosts: environment) },
            close: { await $0.shutdown() })
        transport.withLock { $0 = client }
    }

    /// Gives the client back.
    func close() async {
        let client = transport.withLock { transport in
            defer { transport = nil }
            return transport
        }
        if client != nil { await environment.resources.release(Self.clientKey) }
    }

    /// Sends a request until it is answered for good.
    ///
    /// - Parameters:
    ///   - limit: The largest answer to accept, in bytes.
    ///   - request: Makes the request for the time of an attempt.
    /// - Returns: The answer: a success, or a refusal that another attempt would not change.
    /// - Throws: ``WorkflowError``: `.unavailable` when no attempt was answered for good, `.limitExceeded` for a larger
    ///   answer, `.forbidden` for an address that is not allowed; what `request` throws.
    func send(limit: Int, _ request: (Timestamp) throws -> FetchRequest) async throws -> FetchResponse {
        guard let client = transport.withLock({ $0 }) else {
            throw WorkflowError(.unavailable, "The module that sends to \(receiver) is not active.")
        }
        var attempt = 1
        while true {
            let request = try request(environment.clock.now)
            let result = try await answer(to: request, limit, client, attempt)
            let response = try? result.get()
            let retryAfter = response?.retryAfter(now: environment.clock.now)
            let verdict = policy.verdict(
                on: attempt, status: response?.status, retryAfter: retryAfter, random: environment.random())
            switch (verdict, result) {
            case (.delivered, .success(let response)), (.refused, .success(let response)):
                return response
            case (.retry(let wait), _):
                logger.info(
                    "An outbound request failed and is sent again",
                    metadata: [
                        "outbound.receiver": "\(receiver)", "outbound.attempt": "\(attempt)",
                        "outbound.status": "\(response?.status ?? 0)", "outbound.wait": "\(wait)",
                    ])
                try await environment.clock.sleep(for: wait)
                attempt += 1
            default:
                throw failure(result, attempts: attempt)
            }
        }
    }

    /// The error for an answer that is a refusal.
    func refusal(_ response: FetchResponse, _ detail: String = "") -> WorkflowError {
        let code: WorkflowError.Code = response.status == 404 ? .notFound : .stepFailed
        return WorkflowError(
            code, "\(receiver) refuses the request with status \(response.status)\(detail); it is not sent again.")
    }

    private func answer(
        to request: FetchRequest, _ limit: Int, _ client: any FetchTransport, _ attempt: Int
    ) async throws -> Result<FetchResponse, WorkflowError> {
        do {
            return .success(
                try await request.send(
                    through: client, to: place, limit: limit, timeout: policy.timeout, traces: environment.traces,
                    attempt: attempt))
        } catch let error as WorkflowError where error.code == .limitExceeded {
            throw WorkflowError(.limitExceeded, "The answer of \(receiver) is larger than \(limit) bytes.")
        } catch let error as WorkflowError where error.code == .forbidden {
            throw error
        } catch let error as WorkflowError {
            // A client that was stopped with its task tells so in ways of its own.
            try Task.checkCancellation()
            // The message of the error tells the whole URL.
            return .failure(WorkflowError(.unavailable, "\(receiver) does not answer", cause: error.cause))
        }
    }

    private func failure(_ result: Result<FetchResponse, WorkflowError>, attempts: Int) -> WorkflowError {
        let times = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
        switch result {
        case .success(let response):
            return WorkflowError(
                .unavailable,
                "\(receiver) has not taken the request in \(times); the last status was \(response.status).")
        case .failure(let error):
            return WorkflowError(.unavailable, "\(receiver) has not answered in \(times)", cause: error.cause)
        }
    }
}

extension FetchPlace {
    /// What is wrong with a URL of a configuration, or `nil`.
    static func problem(_ url: String) -> String? {
        do {
            _ = try parse(url)
            return nil
        } catch {
            let message = (error as? WorkflowError)?.message ?? "\(error)"
            let plain = message.hasPrefix("fetch: ") ? String(message.dropFirst(7)) : message
            return plain.hasSuffix(".") ? String(plain.dropLast()) : plain
        }
    }
}
