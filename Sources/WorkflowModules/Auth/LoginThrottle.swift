import Synchronization
package import WorkflowCore

/// Slows down those who guess passwords. What it remembers is bounded.
///
/// Failed attempts on one account from one address lock that pair for a time that doubles with each further failure.
/// Besides, each address has a budget of failed attempts over all accounts that refills steadily. An attempt counts as
/// failed from its beginning, so that many at once are no way around; a success takes that back.
package final class LoginThrottle: Sendable {
    /// How much is allowed.
    package struct Limits: Sendable {
        /// Failures on one account from one address before the first lock.
        package var attempts: Int
        /// Failures from one address over all accounts, per ``lockout``.
        package var attemptsPerAddress: Int
        /// The longest lock, and the time after which failures are forgotten.
        package var lockout: Duration

        /// Creates limits.
        package init(attempts: Int, attemptsPerAddress: Int, lockout: Duration) {
            self.attempts = attempts
            self.attemptsPerAddress = attemptsPerAddress
            self.lockout = lockout
        }
    }

    private struct Pair: Hashable {
        let account: ExactString
        let address: ExactString

        init(_ account: String, _ address: String) {
            self.account = ExactString(account)
            self.address = ExactString(TokenBuckets.group(address))
        }
    }

    private struct Failures {
        var count = 0
        var lockedUntil: Timestamp
        var last: Timestamp
    }

    private struct State {
        var pairs: BoundedCache<Pair, Failures>
        var addresses: TokenBuckets
    }

    private static let firstLock = Duration.seconds(1)

    private let limits: Limits
    private let state: Mutex<State>

    package init(_ limits: Limits, capacity: Int = 20_000) {
        self.limits = limits
        let seconds = max(limits.lockout.inSeconds, 1)
        state = Mutex(
            State(
                pairs: BoundedCache(capacity: capacity),
                addresses: TokenBuckets(
                    burst: Double(limits.attemptsPerAddress), perSecond: Double(limits.attemptsPerAddress) / seconds,
                    capacity: capacity)))
    }

    /// Counts the beginning of an attempt.
    ///
    /// - Returns: `nil` when it may go on; otherwise how long to wait.
    package func begin(account: String, address: String, now: Timestamp) -> Duration? {
        let pair = Pair(account, address)
        return state.withLock { state in
            var failures = state.pairs[pair] ?? Failures(lockedUntil: now, last: now)
            if failures.last.duration(to: now) > limits.lockout {
                failures = Failures(lockedUntil: now, last: now)
            }
            guard failures.lockedUntil <= now else { return now.duration(to: failures.lockedUntil) }
            if let wait = state.addresses.take(address, now: now) { return wait }
            failures.count += 1
            failures.last = now
            let excess = failures.count - limits.attempts
            if excess >= 0 {
                let lock = min(Self.firstLock.inSeconds * Double(1 << min(excess, 30)), limits.lockout.inSeconds)
                failures.lockedUntil = now.advanced(by: .milliseconds(Int64(lock * 1000)))
            }
            state.pairs[pair] = failures
            return nil
        }
    }

    /// Takes an attempt back that turned out well.
    package func succeed(account: String, address: String) {
        let pair = Pair(account, address)
        state.withLock { state in
            state.pairs[pair] = nil
            state.addresses.giveBack(address)
        }
    }

    /// Takes an attempt back that could not be made.
    package func cancel(account: String, address: String) {
        let pair = Pair(account, address)
        state.withLock { state in
            if var failures = state.pairs[pair] {
                failures.count = max(0, failures.count - 1)
                failures.lockedUntil = min(failures.lockedUntil, failures.last)
                state.pairs[pair] = failures
            }
            state.addresses.giveBack(address)
        }
    }

    /// How many pairs are remembered.
    var count: Int { state.withLock { $0.pairs.count } }
}
