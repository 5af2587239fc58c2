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
        var remote = RemoteWatches()
        /// Woken when other processes are to be told something.
        var telling: WakeUp?
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
        let (key, telling) = state.withLock { state in
            state.nextID += 1
            let isFirst = state.listeners[id] == nil
            state.listeners[id, default: [:]][state.nextID] = Listener(continuation: continuation)
            return (state.nextID, isFirst && state.remote.watch(CollectionOfOne(id)) ? state.telling : nil)
        }
        telling?.signal()
        continuation.onTermination = { [weak self] _ in self?.stop(key, of: id) }
        let reader = ChangeReader(stream.makeAsyncIterator(), continuation, current: current)
        return AsyncStream { await reader.next() }
    }

    /// Tells everybody, also in other processes, that an instance was changed here.
    func notify(_ instance: StateMachineInstance) {
        deliver(instance)
        tellOthers(of: instance.id)
    }

    /// Tells those who wait in this process.
    func deliver(_ instance: StateMachineInstance) {
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

    private func tellOthers(of id: String) {
        let telling = state.withLock { $0.remote.change(id) ? $0.telling : nil }
        telling?.signal()
    }

    /// Ends the streams, also in other processes, of an instance that was removed here.
    func remove(_ id: String) {
        end(id)
        tellOthers(of: id)
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

    private func stop(_ key: Int, of id: String) {
        state.withLock { state in
            state.listeners[id]?[key] = nil
            if state.listeners[id]?.isEmpty == true { state.listeners[id] = nil }
        }
    }
}

// MARK: - Other processes

extension InstanceObservers {
    /// Lets other processes know which instances are watched here from now on.
    func share(through telling: WakeUp) {
        state.withLock { ($0.telling, $0.remote.isShared) = (telling, true) }
    }

    /// Tells other processes again of everything that is watched here.
    func announceAll() {
        let telling = state.withLock { $0.remote.watch($0.listeners.keys) ? $0.telling : nil }
        telling?.signal()
    }

    /// Repeats what is watched here, and forgets what others have not repeated.
    func renew(at time: Duration) {
        state.withLock { state in
            _ = state.remote.watch(state.listeners.keys)
            state.remote.expire(at: time)
        }
    }

    /// Others want to hear of instances.
    func want(_ ids: [String], at time: Duration) {
        guard !ids.isEmpty else { return }
        state.withLock { $0.remote.want(ids, at: time) }
    }

    /// Those of some instances that are watched here.
    func watched(among ids: [String]) -> [String] {
        state.withLock { state in state.listeners.isEmpty ? [] : ids.filter { state.listeners[$0] != nil } }
    }

    /// Takes what other processes are to be told.
    func takeNotice(from sender: String) -> StoreNotice {
        let (changed, watched) = state.withLock { $0.remote.take() }
        var notice = StoreNotice(sender: sender)
        (notice.changed, notice.watched) = (Array(changed), Array(watched))
        return notice
    }
}
