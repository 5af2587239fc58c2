import Synchronization
import WorkflowCore

/// How many requests may be sent: a bucket of tokens that refills steadily and holds those of ten seconds.
///
/// Requests beyond it wait in the order in which they came.
final class RequestBudget: Sendable {
    /// The longest wait; who would have to wait longer is refused.
    static let longestWait = Duration.seconds(60)

    private struct State {
        /// Negative when requests wait.
        var tokens: Double
        var filledAt: Timestamp
    }

    private let perMinute: Int
    private let capacity: Double
    private let state: Mutex<State>

    init(perMinute: Int, now: Timestamp) {
        self.perMinute = perMinute
        capacity = max(1, Double(perMinute) / 6)
        state = Mutex(State(tokens: capacity, filledAt: now))
    }

    /// Waits until a request may be sent.
    ///
    /// - Throws: ``WorkflowError`` `.limitExceeded` when that would take too long; `CancellationError`.
    func take(clock: any EngineClock) async throws {
        let wait = try reserve(now: clock.now)
        guard wait > .zero else { return }
        do {
            try await clock.sleep(for: wait)
        } catch {
            state.withLock { $0.tokens += 1 }
            throw error
        }
    }

    /// Takes a token, perhaps one that is not there yet.
    ///
    /// - Returns: How long it takes until it is there.
    func reserve(now: Timestamp) throws -> Duration {
        let perSecond = Double(perMinute) / 60
        return try state.withLock { state in
            let passed = max(state.filledAt.duration(to: now).inSeconds, 0)
            state.tokens = min(capacity, state.tokens + passed * perSecond)
            state.filledAt = now
            // A little less than one will do: refilling in parts loses the last bits.
            let missing = 1 - 1e-6 - state.tokens
            let wait = missing > 0 ? Duration.milliseconds(Int64((missing / perSecond * 1000).rounded(.up))) : .zero
            guard wait <= Self.longestWait else {
                throw WorkflowError(
                    .limitExceeded, "More requests wait already than \(perMinute) a minute let through in time.")
            }
            state.tokens -= 1
            return wait
        }
    }
}
