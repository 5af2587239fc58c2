import WorkflowCore

/// Sends spans to a collector by OTLP over HTTP, as JSON.
struct SpanExporter: Sendable {
    /// What became of spans.
    enum Outcome: Sendable, Hashable {
        /// The collector has taken them, except for those that it rejects.
        case taken(rejected: Int, message: String)
        /// The collector will not take them.
        case refused(String)
        /// The collector has not taken them in time.
        case notTaken(String)
    }

    private static let answerLimit = 1 << 16

    /// Where the spans go, such as `http://localhost:4318/v1/traces`.
    let url: String
    /// The collector as logs name it, without path and query.
    let receiver: String
    /// Further header fields.
    let headers: [FetchHeader]
    let policy: ExportPolicy
    let document: OTLPDocument
    let environment: EngineEnvironment

    /// Sends spans until the collector has taken or refused them, or the time is over.
    func send(_ spans: [SpanRecord], through transport: any FetchTransport) async -> Outcome {
        let fields = [FetchHeader(name: "content-type", value: "application/json")] + headers
        let request = FetchRequest(method: "POST", url: url, headers: fields, body: document.bytes(spans))
        do {
            return try await withTimeout(policy.totalTimeout, clock: environment.clock) {
                try await attempts(request, transport)
            }
        } catch {
            return .notTaken("\(receiver) has not answered within \(policy.totalTimeout.inSeconds) s")
        }
    }

    private func attempts(_ request: FetchRequest, _ transport: any FetchTransport) async throws -> Outcome {
        let start = environment.clock.now
        var attempt = 1
        while true {
            var response: FetchResponse?
            var problem = ""
            do {
                let answer = try await transport.send(
                    request, limit: Self.answerLimit, timeout: policy.attemptTimeout)
                problem = "\(receiver) answers with status \(answer.status)"
                response = answer
            } catch let error as WorkflowError {
                try Task.checkCancellation()
                // The message of the error tells the whole URL.
                problem = "\(receiver) does not answer" + (error.cause.map { ": \($0)" } ?? "")
            }
            let now = environment.clock.now
            let verdict = policy.verdict(
                on: attempt, elapsed: start.duration(to: now), status: response?.status,
                retryAfter: response?.retryAfter(now: now), random: environment.random())
            switch verdict {
            case .taken: return Self.outcome(of: response?.body ?? [])
            case .refused: return .refused(problem)
            case .exhausted: return .notTaken(problem)
            case .retry(let wait): try await environment.clock.sleep(for: wait)
            }
            attempt += 1
        }
    }

    /// Reads a success, which may be one for a part of the spans only.
    private static func outcome(of body: [UInt8]) -> Outcome {
        let answer: JSONValue
        do {
            answer = try JSONValue(parsing: body)
        } catch {
            // An empty answer, or one in another form, says nothing against the spans.
            return .taken(rejected: 0, message: "")
        }
        let partial = answer["partialSuccess"]
        let count = partial?["rejectedSpans"]
        let rejected = count?.intValue ?? count?.stringValue.flatMap { Int($0) } ?? 0
        return .taken(rejected: max(rejected, 0), message: partial?["errorMessage"]?.stringValue ?? "")
    }
}
