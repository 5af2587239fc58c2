import WorkflowCore

/// Keeps requests away from a target that fails again and again, until one of them has shown that it works.
///
/// A value without effects: what it decides depends on the events alone.
struct CircuitBreaker: Sendable {
    enum State: Sendable, Equatable {
        /// So many requests have failed one after the other.
        case closed(failures: Int)
        /// No request is let through before this time.
        case open(until: Timestamp)
        /// So many requests are on trial, and so many have succeeded.
        case halfOpen(trials: Int, successes: Int)
    }

    let failureThreshold: Int
    let openTimeout: Duration
    /// How many requests must succeed to close the circuit; no more are on trial at a time.
    let successThreshold: Int
    private(set) var state = State.closed(failures: 0)

    init(failureThreshold: Int, openTimeout: Duration, successThreshold: Int) {
        self.failureThreshold = failureThreshold
        self.openTimeout = openTimeout
        self.successThreshold = successThreshold
    }

    /// Whether a request may be sent. Each that may must be followed by one of the other events.
    mutating func admit(at now: Timestamp) -> Bool {
        switch state {
        case .closed: return true
        case .open(let until):
            guard now >= until else { return false }
            state = .halfOpen(trials: 1, successes: 0)
            return true
        case .halfOpen(let trials, let successes):
            guard trials + successes < successThreshold else { return false }
            state = .halfOpen(trials: trials + 1, successes: successes)
            return true
        }
    }

    /// A request was answered.
    mutating func succeed() {
        switch state {
        case .closed: state = .closed(failures: 0)
        case .open: break
        case .halfOpen(let trials, let successes):
            state =
                successes + 1 >= successThreshold
                ? .closed(failures: 0) : .halfOpen(trials: max(0, trials - 1), successes: successes + 1)
        }
    }

    /// A request failed.
    mutating func fail(at now: Timestamp) {
        switch state {
        case .closed(let failures) where failures + 1 < failureThreshold: state = .closed(failures: failures + 1)
        case .closed, .halfOpen: state = .open(until: now.advanced(by: openTimeout))
        case .open: break
        }
    }

    /// A request ended before anything was learned from it.
    mutating func abandon() {
        if case .halfOpen(let trials, let successes) = state {
            state = .halfOpen(trials: max(0, trials - 1), successes: successes)
        }
    }

    /// Whether requests are kept away.
    var isOpen: Bool {
        if case .closed = state { false } else { true }
    }

    /// When the next request may be let through; `nil` while that depends on one that is on its way.
    var opensAgain: Timestamp? {
        if case .open(let until) = state { until } else { nil }
    }
}
