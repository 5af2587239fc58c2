import WorkflowCore

/// When a request is sent again, and when it counts as failed; decisions only, no effects.
struct DeliveryPolicy: Sendable, Hashable {
    /// What becomes of an attempt.
    enum Verdict: Sendable, Hashable {
        /// The receiver has taken it.
        case delivered
        /// Another attempt may succeed, after this wait.
        case retry(after: Duration)
        /// Another attempt would meet with the same answer.
        case refused
        /// Another attempt might succeed, but there have been enough, or the receiver wants too long a wait.
        case exhausted
    }

    /// The longest wait that a receiver may ask for; when it wants more, there is no further attempt.
    static let longestRetryAfter = Duration.seconds(300)

    /// How often a request is sent again.
    var maxRetries = 3
    /// How long one attempt may take.
    var timeout: Duration = .seconds(30)
    /// How long to wait between attempts.
    var backoff = Backoff(base: .seconds(1), limit: .seconds(60))

    /// Judges an attempt.
    ///
    /// - Parameters:
    ///   - attempt: Which attempt it was, from 1.
    ///   - status: The status of the answer; `nil` when there was none.
    ///   - retryAfter: The wait that the answer asks for.
    ///   - random: A number from 0 up to 1, for jitter.
    func verdict(on attempt: Int, status: Int?, retryAfter: Duration?, random: Double) -> Verdict {
        if let status {
            if (200..<300).contains(status) { return .delivered }
            guard status >= 500 || [408, 425, 429].contains(status) else { return .refused }
        }
        let asked = retryAfter ?? .zero
        guard attempt <= maxRetries, asked <= Self.longestRetryAfter else { return .exhausted }
        return .retry(after: max(asked, backoff.delay(afterAttempt: attempt, random: random)))
    }

    /// The longest time that all attempts and the waits between them can take.
    var longestDuration: Duration {
        timeout * (maxRetries + 1) + max(backoff.limit, Self.longestRetryAfter) * maxRetries
    }
}

extension FetchResponse {
    /// The first header field of a name in lower case.
    func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// The wait that the header `Retry-After` asks for: seconds, or a date (RFC 9110, section 10.2.3).
    ///
    /// - Parameter now: The current time, for dates.
    func retryAfter(now: Timestamp) -> Duration? {
        guard let text = header("retry-after") else { return nil }
        if let seconds = Int64(text) { return seconds >= 0 ? .seconds(min(seconds, 1_000_000_000)) : nil }
        // Such as "Sun, 06 Nov 1994 08:49:37 GMT"; the obsolete forms of dates are not understood.
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        let digits = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        let date = Timestamp(rfc3339: "\(parts[3])-\(digits)-\(parts[1])T\(parts[4])Z")
        return date.map { max(.zero, now.duration(to: $0)) }
    }
}
