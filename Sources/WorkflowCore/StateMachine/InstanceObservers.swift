import Synchronization

/// Who wants to hear of changes of the instances in a store, whichever generation makes them.
final class InstanceObservers: Sendable {
    private struct Listener {
        let continuation: AsyncStream<StateMachineInstance>.Continuation
        /// The version given last: what commits later may be told earlier.
        var version: Int64 = 0
    }

    private struct State {
        var nextID = 0
        var listeners: [String: [Int: Listener]] = [:]
    }

    private let state = Mutex(State())

    /// The instance after each change from now on; of changes that come too fast the last one.
    ///
    /// - Parameter current: Reads the instance, to find out whether there will be changes at all.
    func stream(
        of id: String, current: @escaping @Sendable () async throws -> StateMachineInstance?
    ) -> AsyncStream<StateMachineInstance> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: StateMachineInstance.self, bufferingPolicy: .bufferingNewest(1))
        let key = state.withLock { state in
            state.nextID += 1
            state.listeners[id, default: [:]][state.nextID] = Listener(continuation: continuation)
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in self?.remove(key, of: id) }
        let reader = ChangeReader(stream.makeAsyncIterator(), continuation, current: current)
        return AsyncStream { await reader.next() }
    }

    func notify(_ instance: StateMachineInstance) {
        let completed = state.withLock { state -> [AsyncStream<StateMachineInstance>.Continuation] in
            guard !state.listeners.isEmpty, var listeners = state.listeners.removeValue(forKey: instance.id) else {
                return []
            }
            defer { state.listeners[instance.id] = listeners }
            for (key, listener) in listeners where instance.version > listener.version {
                listeners[key]?.version = instance.version
                listener.continuation.yield(instance)
            }
            return instance.completed ? listeners.values.map(\.continuation) : []
        }
        // Outside of the lock, since the end of a stream calls back.
        for continuation in completed { continuation.finish() }
    }

    /// Ends the streams of an instance that does not exist any more.
    func end(_ id: String) {
        let listeners = state.withLock { $0.listeners[id].map { Array($0.values) } ?? [] }
        for listener in listeners { listener.continuation.finish() }
    }

    /// How many streams are open.
    var count: Int {
        state.withLock { $0.listeners.values.reduce(0) { $0 + $1.count } }
    }

    private func remove(_ key: Int, of id: String) {
        state.withLock { state in
            state.listeners[id]?[key] = nil
            if state.listeners[id]?.isEmpty == true { state.listeners[id] = nil }
        }
    }
}

/// Reads a stream of changes, and looks once at the beginning whether the instance is completed or gone already.
// Unchecked: an AsyncStream calls its closure for one consumer at a time, and nobody else has the reader.
private final class ChangeReader: @unchecked Sendable {
    private var changes: AsyncStream<StateMachineInstance>.Iterator
    private let continuation: AsyncStream<StateMachineInstance>.Continuation
    private var current: (@Sendable () async throws -> StateMachineInstance?)?
    private var final: StateMachineInstance?

    init(
        _ changes: AsyncStream<StateMachineInstance>.Iterator,
        _ continuation: AsyncStream<StateMachineInstance>.Continuation,
        current: @escaping @Sendable () async throws -> StateMachineInstance?
    ) {
        self.changes = changes
        self.continuation = continuation
        self.current = current
    }

    deinit {
        continuation.finish()
    }

    func next() async -> StateMachineInstance? {
        if let current {
            self.current = nil
            do {
                let instance = try await current()
                if instance?.completed ?? true { end(with: instance) }
            } catch {
                // The store fails; changes may come all the same.
            }
        }
        if let change = await changes.next(isolation: #isolation) {
            if let final, change.version >= final.version { self.final = nil }
            return change
        }
        defer { final = nil }
        return final
    }

    private func end(with instance: StateMachineInstance?) {
        final = instance
        continuation.finish()
    }
}
