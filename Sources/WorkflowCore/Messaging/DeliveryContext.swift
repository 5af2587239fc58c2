import Synchronization

/// Which subscription the current task handles a message for, and who waits for whom.
///
/// A handler that waits for room in a queue, or for the end of a subscription, must not wait for itself, neither
/// directly nor through others. Unstructured tasks that a handler starts count as the handler, even when they outlive it.
enum DeliveryContext {
    /// The queue whose message the current task handles.
    @TaskLocal static var queue: ObjectIdentifier?

    /// The waits of handlers in this process. It is shared by all brokers because a circle can lead through several.
    private static let waits = Mutex(WaitGraph<ObjectIdentifier>())

    /// Waits for another queue, unless the current task is a handler and its wait would close a circle.
    ///
    /// - Returns: `nil` when waiting would never end; `body` is not called then.
    static func waiting<Result>(
        for queue: ObjectIdentifier, _ body: () async throws -> Result
    ) async rethrows -> Result? {
        guard let origin = Self.queue else { return try await body() }
        guard waits.withLock({ $0.begin(from: origin, to: queue) }) else { return nil }
        defer { waits.withLock { $0.end(from: origin, to: queue) } }
        return try await body()
    }
}

/// Who waits for whom; refuses a wait that would close a circle.
struct WaitGraph<Node: Hashable> {
    private var edges: [Node: [Node: Int]] = [:]

    /// Adds a wait.
    ///
    /// - Returns: Whether it was added; `false` when `to` waits for `from`, directly or through others.
    mutating func begin(from: Node, to: Node) -> Bool {
        guard !reaches(from, startingAt: to) else { return false }
        edges[from, default: [:]][to, default: 0] += 1
        return true
    }

    /// Removes a wait.
    mutating func end(from: Node, to: Node) {
        guard let count = edges[from]?[to] else { return }
        edges[from]?[to] = count > 1 ? count - 1 : nil
        if edges[from]?.isEmpty == true { edges[from] = nil }
    }

    private func reaches(_ target: Node, startingAt start: Node) -> Bool {
        var open = [start]
        var seen: Set<Node> = []
        while let node = open.popLast() {
            if node == target { return true }
            if seen.insert(node).inserted, let next = edges[node] { open.append(contentsOf: next.keys) }
        }
        return false
    }
}
