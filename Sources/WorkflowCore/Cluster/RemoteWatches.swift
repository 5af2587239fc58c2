/// Which instances other processes watch, and what they are to be told; decisions only.
struct RemoteWatches {
    /// After which time a wish to hear of an instance must have been repeated.
    static let span = Duration.seconds(40)
    /// How often wishes are repeated.
    static let renewal = Duration.seconds(15)
    private static let capacity = 100_000

    /// Whether this process tells what it wants to hear of.
    var isShared = false
    /// Until when others want to hear of an instance, by ``EngineClock/uptime``.
    private var wanted: [String: Duration] = [:]
    private var changed: Set<String> = []
    private var watched: Set<String> = []

    /// An instance has changed here, or was removed.
    ///
    /// - Returns: Whether there is something to tell.
    mutating func change(_ id: String) -> Bool {
        guard !wanted.isEmpty, wanted[id] != nil else { return false }
        return changed.insert(id).inserted
    }

    /// Somebody watches an instance here.
    ///
    /// - Returns: Whether there is something to tell.
    mutating func watch(_ ids: some Sequence<String>) -> Bool {
        guard isShared else { return false }
        watched.formUnion(ids)
        return !watched.isEmpty
    }

    /// Others want to hear of instances.
    mutating func want(_ ids: [String], at time: Duration) {
        for id in ids where wanted.count < Self.capacity || wanted[id] != nil { wanted[id] = time + Self.span }
    }

    /// Forgets wishes that were not repeated.
    mutating func expire(at time: Duration) {
        if !wanted.isEmpty { wanted = wanted.filter { $0.value > time } }
    }

    /// Takes what is to be told.
    mutating func take() -> (changed: Set<String>, watched: Set<String>) {
        defer { (changed, watched) = ([], []) }
        return (changed, watched)
    }
}
