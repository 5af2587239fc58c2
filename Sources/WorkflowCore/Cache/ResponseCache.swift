import Synchronization

/// Keeps answers, forgets those that were not asked for longest, and has equal requests wait for each other.
package final class ResponseCache: Sendable {
    /// What a request finds.
    enum Place {
        /// An answer.
        case hit(CachedResponse)
        /// Nothing: the request goes on and must finish the flight.
        case lead(CacheFlight)
        /// An equal request that is being answered.
        case follow(CacheFlight)
    }

    private struct State {
        var answers: LRUCache<ExactString, CachedResponse>
        var paths = CachePaths()
        var flights: [ExactString: CacheFlight] = [:]

        mutating func remove(_ key: ExactString) {
            if let answer = answers.remove(key) { paths.remove(key, at: answer.path) }
        }
    }

    private let state: Mutex<State>

    /// Creates an empty cache.
    ///
    /// - Parameters:
    ///   - maximumItems: How many answers are kept.
    ///   - maximumBytes: How much memory they may take, about.
    package init(maximumItems: Int, maximumBytes: Int) {
        state = Mutex(State(answers: LRUCache(maximumCount: maximumItems, maximumCost: maximumBytes)))
    }

    /// How many answers are kept.
    package var count: Int { state.withLock { $0.answers.count } }

    /// How many requests wait for an equal one.
    package var waiterCount: Int { state.withLock { $0.flights.values.reduce(0) { $0 + $1.waiterCount } } }

    /// Looks an answer up.
    func place(of key: CacheKey, at now: Timestamp) -> Place {
        state.withLock { state in
            if let answer = state.answers.value(for: key.text) {
                if answer.expiresAt > now { return .hit(answer) }
                state.remove(key.text)
            }
            if let flight = state.flights[key.text] { return .follow(flight) }
            let flight = CacheFlight(path: key.path)
            state.flights[key.text] = flight
            return .lead(flight)
        }
    }

    /// Ends a flight. The answer is kept unless something was changed meanwhile that it may not know of.
    func finish(_ flight: CacheFlight, _ key: CacheKey, _ outcome: CacheFlight.Outcome) {
        let removed = state.withLock { state -> [(key: ExactString, value: CachedResponse)] in
            guard state.flights[key.text] === flight else { return [] }
            state.flights[key.text] = nil
            guard case .answer(let answer) = outcome else { return [] }
            let removed = state.answers.set(answer, for: key.text, cost: answer.cost(of: key))
            for (key, answer) in removed { state.paths.remove(key, at: answer.path) }
            if state.answers.peek(key.text) != nil { state.paths.insert(key.text, at: answer.path) }
            return removed
        }
        flight.finish(outcome)
        // What was removed is released here, outside of the lock.
        _ = removed
    }

    /// Forgets what a change at a path may have made stale, and what is being answered without knowing of it.
    func invalidate(_ path: String) {
        state.withLock { state in
            for key in state.paths.affected(by: path) { state.remove(key) }
            let stale = state.flights.filter { CachePaths.isAffected($0.value.path, by: path) }
            for key in stale.keys { state.flights[key] = nil }
        }
    }

    /// Forgets everything.
    package func removeAll() {
        state.withLock { state in
            for key in state.paths.affected(by: "") { state.remove(key) }
            state.flights = [:]
        }
    }
}
