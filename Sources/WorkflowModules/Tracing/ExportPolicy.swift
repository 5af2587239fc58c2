import WorkflowCore

/// When spans are sent again (OTLP specification 1.x, "OTLP/HTTP Response"); decisions only, no effects.
struct ExportPolicy: Sendable, Hashable {
    /// What becomes of an attempt.
    enum Verdict: Sendable, Hashable {
        /// The collector has taken them.
        case taken
        /// Another attempt may succeed, after this wait.
        case retry(after: Duration)
        /// Another attempt would meet with the same answer.
        case refused
        /// Another attempt might succeed, but there is no time left for it.
        case exhausted
    }

    /// How long one attempt may take.
    var attemptTimeout = Duration.seconds(10)
    /// How long all attempts and the waits between them may take.
    var totalTimeout = Duration.seconds(30)
    /// How long to wait between attempts.
    var backoff = Backoff(base: .seconds(1), limit: .seconds(10))

    /// Judges an attempt.
    ///
    /// - Parameters:
    ///   - attempt: Which attempt it was, from 1.
    ///   - elapsed: The time since the beginning of the first attempt.
    ///   - status: The status of the answer; `nil` when there was none.
    ///   - retryAfter: The wait that the answer asks for.
    ///   - random: A number from 0 up to 1, for jitter.
    func verdict(on attempt: Int, elapsed: Duration, status: Int?, retryAfter: Duration?, random: Double) -> Verdict {
        if let status {
            if (200..<300).contains(status) { return .taken }
            guard [429, 502, 503, 504].contains(status) else { return .refused }
        }
        let wait = max(retryAfter ?? .zero, backoff.delay(afterAttempt: attempt, random: random))
        return elapsed + wait < totalTimeout ? .retry(after: wait) : .exhausted
    }
}
