import Synchronization
import WorkflowCore

/// What has happened to a resource since its watcher last looked.
///
/// Bounded: when more happens than the watcher keeps up with, older states of the instance are left out.
final class ResourceFeed: Sendable {
    /// What has happened.
    struct News: Sendable {
        /// The states of the instance, in the order in which they were reported.
        var instances: [StateMachineInstance] = []
        /// Whether the resource itself may have changed.
        var isResourceChanged = false
        /// Whether it is time to send a sign of life.
        var isHeartbeat = false
    }

    private static let capacity = 64

    /// Has an element whenever there is news; ends with the feed.
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let news = Mutex(News())

    init() {
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func resourceChanged() {
        news.withLock { $0.isResourceChanged = true }
        signal.yield()
    }

    func heartbeat() {
        news.withLock { $0.isHeartbeat = true }
        signal.yield()
    }

    func instanceChanged(_ instance: StateMachineInstance) {
        news.withLock { news in
            if news.instances.count >= Self.capacity { news.instances.removeFirst() }
            news.instances.append(instance)
        }
        signal.yield()
    }

    /// Ends the feed.
    func end() {
        signal.finish()
    }

    /// Takes what has happened.
    func take() -> News {
        news.withLock { news in
            defer { news = News() }
            return news
        }
    }
}

/// The streams that a handler has open.
final class ResourceStreams: Sendable {
    private struct State {
        var feeds: [ObjectIdentifier: ResourceFeed] = [:]
        var isEnded = false
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.feeds.count } }

    func add(_ feed: ResourceFeed) {
        let isEnded = state.withLock { state in
            if !state.isEnded { state.feeds[ObjectIdentifier(feed)] = feed }
            return state.isEnded
        }
        if isEnded { feed.end() }
    }

    func remove(_ feed: ResourceFeed) {
        state.withLock { $0.feeds[ObjectIdentifier(feed)] = nil }
    }

    /// Ends all streams, and those that begin later.
    func end() {
        let feeds = state.withLock { state in
            state.isEnded = true
            defer { state.feeds = [:] }
            return state.feeds.values.map { $0 }
        }
        for feed in feeds { feed.end() }
    }
}
