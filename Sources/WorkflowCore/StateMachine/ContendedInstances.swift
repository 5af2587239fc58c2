import Synchronization

/// Instances that several processes or tasks have lately wanted to change at the same time.
///
/// A transition of such an instance locks it from the beginning, since compare-and-set would probably fail.
final class ContendedInstances: Sendable {
    private static let span = Duration.seconds(10)
    private static let capacity = 1000

    private let ends = Mutex<[String: Duration]>([:])
    /// Lets one task of this process at a time wait for the lock of an instance, so that the others need no connection.
    let queue = KeyedLock()

    /// Whether an instance is to be locked, by ``EngineClock/uptime``.
    func contains(_ id: String, at time: Duration) -> Bool {
        ends.withLock { ends in
            guard !ends.isEmpty, let end = ends[id] else { return false }
            if end <= time { ends[id] = nil }
            return end > time
        }
    }

    /// A change of an instance met another one.
    func insert(_ id: String, at time: Duration) {
        ends.withLock { ends in
            if ends.count >= Self.capacity { ends = ends.filter { $0.value > time } }
            // Without room it is only slower.
            guard ends.count < Self.capacity || ends[id] != nil else { return }
            ends[id] = time + Self.span
        }
    }
}
