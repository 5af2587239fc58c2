import Synchronization
public import WorkflowCore

/// Sends HTTP requests that messages, steps, jobs and other modules describe.
///
/// ```yaml
/// modules:
///   - name: inventory
///     type: httpclient.modular
///     config:
///       baseURL: https://inventory.example.com/api
/// ```
public final class HTTPClientModule: WorkflowModule, ExecutableComponent, ProcessingStep, MessageHandler {
    public let policy: StepPolicy
    private let configuration: Configuration
    private let context: ModuleContext
    private let base: FetchPlace?
    private let rules: [HostRule]
    private let client = Mutex<GuardedHTTPClient?>(nil)

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        base = configuration.baseURL.isEmpty ? nil : try FetchPlace.parse(configuration.baseURL).place
        rules = configuration.allowedHosts.compactMap { HostRule($0) }
        policy = StepPolicy(
            successTransition: configuration.successTransition,
            compensateTransition: configuration.compensateTransition, maxRetries: configuration.maxRetries,
            retryBackoff: configuration.retryBackoff,
            timeout: configuration.requestTimeout * (ComponentFetch.redirectLimit + 1) + .seconds(5))
    }

    public var concurrency: Int { configuration.maxConcurrency }

    public func prepare() async throws {
        let client = GuardedHTTPClient(
            policy: configuration.policy, connectTimeout: configuration.connectTimeout,
            idleTimeout: configuration.idleTimeout, environment: context.environment, isNamed: isNamed)
        self.client.withLock { $0 = client }
    }

    public func shutdown() async {
        let client = client.withLock { client in
            defer { client = nil }
            return client
        }
        await client?.shutdown()
    }

    /// Whether the configuration names the host of a place.
    private func isNamed(_ place: FetchPlace) -> Bool {
        place == base || rules.contains { $0.allows(place) }
    }

    public func execute(_ input: JSONValue) async throws -> JSONValue {
        .object(try await answer(to: input, idempotencyKey: input["idempotencyKey"]?.stringValue))
    }

    public func execute(_ invocation: StepInvocation) async throws -> JSONObject {
        let input = JSONValue.object(invocation.input)
        return try await answer(to: input["request"] ?? input, idempotencyKey: invocation.idempotencyKey)
    }

    public func handle(_ message: Message) async throws {
        let answer = try await answer(to: message.payload, idempotencyKey: message.id)
        guard answer["success"] != true else { return }
        throw WorkflowError(
            .stepFailed, "The request was refused with status \(answer["statusCode"]?.intValue ?? 0).")
    }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - input: The request.
    ///   - idempotencyKey: The same however often the request is sent; `nil` when nobody gives one.
    /// - Returns: `{statusCode, success, headers, body}`.
    /// - Throws: ``WorkflowError``: `.invalidInput`, `.forbidden` for a host or an address that is not allowed,
    ///   `.limitExceeded`, `.unavailable` without an answer or with one that promises better luck later.
    private func answer(to input: JSONValue, idempotencyKey: String?) async throws -> JSONObject {
        guard let client = client.withLock({ $0 }) else {
            throw WorkflowError(.unavailable, "The HTTP client \"\(context.name)\" is not active.")
        }
        var description = try RequestDescription(input, baseURL: configuration.baseURL)
        let place = try FetchPlace.parse(description.url).place
        guard base == nil && rules.isEmpty || isNamed(place) else {
            throw WorkflowError(
                .forbidden,
                "The HTTP client \"\(context.name)\" may not ask \(place.description); add \"\(place.description)\" to its key allowedHosts."
            )
        }
        if place == base { description.add(configuration.headers.mapValues(\.value)) }
        if let idempotencyKey {
            let event = OutboundEvent(id: idempotencyKey, topic: "", payload: .null)
            description.add(["idempotency-key": event.headerID])
        }
        let host = place.host.contains(":") ? "[\(place.host)]" : place.host
        guard let rule = HostRule("\(host):\(place.port)") else {
            throw WorkflowError(.invalidInput, "fetch: \(place.description) is no host.")
        }
        var limits = ScriptLimits()
        limits.outputSize = configuration.maxResponseSize.bytes
        limits.wallTime = configuration.requestTimeout
        let fetch = ComponentFetch(
            component: context.name, rules: [rule], limits: limits, transport: client,
            traces: context.environment.traces)
        return try RequestDescription.answer(try await fetch(description.url, description.options), from: place)
    }
}
