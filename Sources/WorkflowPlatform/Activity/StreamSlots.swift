import HTTPTypes
import Synchronization
import WorkflowCore
import WorkflowHTTP

/// The streams of events that are open: never too many, and all of them end with the process.
final class StreamSlots: Sendable {
    /// The place of one stream, which is free again when this is dropped.
    final class Slot: Sendable {
        /// Has no elements; ends when the stream is to end.
        let end: AsyncStream<Never>
        private let release: @Sendable () -> Void

        fileprivate init(end: AsyncStream<Never>, release: @escaping @Sendable () -> Void) {
            self.end = end
            self.release = release
        }

        deinit {
            release()
        }
    }

    private struct Entry {
        let user: ID<User>
        let end: @Sendable () -> Void
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var last = 0
        var isEnded = false
    }

    private let settings: StreamSettings
    private let state = Mutex(State())

    init(_ settings: StreamSettings) {
        self.settings = settings
    }

    /// Takes a place for a stream.
    ///
    /// - Parameters:
    ///   - user: Who reads it.
    ///   - listener: Ended when the stream is to end.
    /// - Throws: ``HTTPError`` 429 when there are too many, 503 when the process stops.
    func take(for user: ID<User>, _ listener: EventListener) throws -> Slot {
        let (end, continuation) = AsyncStream.makeStream(of: Never.self)
        let number = try state.withLock { state in
            guard !state.isEnded else {
                throw PlatformError.problem(.serviceUnavailable, "unavailable", "The platform stops.")
            }
            guard state.entries.count < settings.limit else {
                throw Self.tooMany("The platform has \(settings.limit) streams open, which is all it takes.")
            }
            guard state.entries.values.count(where: { $0.user == user }) < settings.limitPerUser else {
                throw Self.tooMany("You have \(settings.limitPerUser) streams open; close one of them first.")
            }
            state.last += 1
            state.entries[state.last] = Entry(user: user) {
                listener.end()
                continuation.finish()
            }
            return state.last
        }
        return Slot(end: end) { [weak self] in self?.state.withLock { $0.entries[number] = nil } }
    }

    private static func tooMany(_ detail: String) -> HTTPError {
        PlatformError.problem(.tooManyRequests, "too-many-streams", detail, headers: [.retryAfter: "30"])
    }

    /// How many are open.
    var count: Int { state.withLock { $0.entries.count } }

    /// Ends all streams; there are none afterwards.
    func end() {
        let entries = state.withLock { state in
            state.isEnded = true
            return Array(state.entries.values)
        }
        for entry in entries { entry.end() }
    }
}
