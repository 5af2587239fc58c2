import HTTPTypes
import Synchronization
package import WorkflowCore

/// Somebody who waits for events.
package final class EventListener: Sendable {
    /// Has an element whenever there may be something to send; ends with the stream.
    package let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let isBeatDue = Atomic(false)
    private let hasEnded = Atomic(false)

    package init() {
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that there is an event.
    package func wake() {
        signal.yield()
    }

    /// Says again and again that it is time for a sign of life, until the task is cancelled.
    package func beat(every interval: Duration, on clock: any EngineClock) async {
        while !Task.isCancelled {
            guard await clock.wait(for: interval) else { return }
            isBeatDue.store(true, ordering: .relaxed)
            signal.yield()
        }
    }

    /// Whether it was time for a sign of life since this was asked last.
    package func takeBeat() -> Bool {
        isBeatDue.exchange(false, ordering: .relaxed)
    }

    /// Ends the stream.
    package func end() {
        hasEnded.store(true, ordering: .relaxed)
        signal.finish()
    }

    /// Whether the stream is to end.
    package var isEnded: Bool { hasEnded.load(ordering: .relaxed) }
}

/// The streams of events that are open.
final class EventStreams: Sendable {
    /// More would leave too few connections for everything else.
    private static let limit = 64

    private struct State {
        var listeners: [ObjectIdentifier: EventListener] = [:]
        var isEnded = false
    }

    private let state = Mutex(State())

    /// Adds a stream.
    ///
    /// - Throws: ``HTTPError`` 503 when there are too many, or the server stops.
    func add(_ listener: EventListener) throws {
        let problem = state.withLock { state -> String? in
            if state.isEnded { return "The server stops." }
            guard state.listeners.count < Self.limit else { return "\(Self.limit) streams are open already." }
            state.listeners[ObjectIdentifier(listener)] = listener
            return nil
        }
        if let problem { throw HTTPError(.serviceUnavailable, problem) }
    }

    func remove(_ listener: EventListener) {
        state.withLock { $0.listeners[ObjectIdentifier(listener)] = nil }
    }

    /// How many are open.
    var count: Int { state.withLock { $0.listeners.count } }

    /// Ends all streams; there are none afterwards.
    func end() {
        let listeners = state.withLock { state in
            state.isEnded = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.end() }
    }
}
