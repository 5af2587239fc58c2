import Synchronization
import WorkflowCore

/// Lets one task at a time through for each key, in the order in which they come.
final class KeyedGate: Sendable {
    private struct Place: Hashable {
        let gate: ObjectIdentifier
        let key: String
    }

    @TaskLocal private static var held: Set<Place> = []

    /// The keys in use, with those that wait for them.
    private let waiters = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    /// Runs `body` when everybody who came before with this key is done. A task that is cancelled still waits for its turn.
    ///
    /// - Throws: What `body` throws; ``WorkflowError`` `.conflict` within a `body` of the same key, which would wait for
    ///   itself.
    func run<Result: Sendable>(_ key: String, _ body: () async throws -> Result) async throws -> Result {
        let place = Place(gate: ObjectIdentifier(self), key: key)
        guard !Self.held.contains(place) else {
            throw WorkflowError(
                .conflict, "The handler of an event pattern must not raise an event of the same key while it runs.")
        }
        await withCheckedContinuation { continuation in
            let isFree = waiters.withLock { waiters in
                guard waiters[key] != nil else {
                    waiters[key] = []
                    return true
                }
                waiters[key]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
        defer { leave(key) }
        return try await Self.$held.withValue(Self.held.union([place])) { try await body() }
    }

    private func leave(_ key: String) {
        let next = waiters.withLock { waiters -> CheckedContinuation<Void, Never>? in
            guard waiters[key]?.isEmpty == false else {
                waiters[key] = nil
                return nil
            }
            return waiters[key]?.removeFirst()
        }
        next?.resume()
    }
}
