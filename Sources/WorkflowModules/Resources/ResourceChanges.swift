import Synchronization

/// Counts the changes of the resources of one type, and tells those who watch a resource.
final class ResourceChanges: Sendable {
    private let counter = Atomic<UInt64>(0)
    private let watchers = Mutex<[String: [ObjectIdentifier: ResourceFeed]]>([:])

    /// How many changes there have been.
    var count: UInt64 { counter.load(ordering: .acquiring) }

    /// Says that a resource has changed, or may have.
    func changed(_ id: String) {
        counter.wrappingAdd(1, ordering: .acquiringAndReleasing)
        let feeds = watchers.withLock { watchers in
            watchers.isEmpty ? [] : watchers[id].map { Array($0.values) } ?? []
        }
        for feed in feeds { feed.resourceChanged() }
    }

    /// Tells a feed of the changes of a resource until ``stop(_:watching:)``.
    func watch(_ id: String, _ feed: ResourceFeed) {
        watchers.withLock { $0[id, default: [:]][ObjectIdentifier(feed)] = feed }
    }

    /// Ends what ``watch(_:_:)`` began.
    func stop(_ feed: ResourceFeed, watching id: String) {
        watchers.withLock { watchers in
            watchers[id]?[ObjectIdentifier(feed)] = nil
            if watchers[id]?.isEmpty == true { watchers[id] = nil }
        }
    }
}
