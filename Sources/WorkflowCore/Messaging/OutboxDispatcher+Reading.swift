import Logging
import Synchronization

/// What a dispatcher reads from the store, and the order of events that other processes have a part in.
extension OutboxDispatcher {
    /// Under which identifier events are committed now; empty when there are no others that deliver events.
    var owner: String { shared?.outboxOwner ?? "" }

    /// Takes events that have just been committed with a change of an instance.
    ///
    /// - Parameters:
    ///   - events: The events.
    ///   - operation: The change of the instance.
    ///   - owner: What ``owner`` was before the commit.
    func enqueue(_ events: [OutboxEvent], after operation: StoreTransaction.Operation, by owner: String) {
        guard shared != nil, let moved = state.withLock({ $0.ownInstances.note(operation, by: owner) }),
            events.contains(where: { $0.key == moved })
        else { return enqueue(events) }
        let now = clock.now
        state.withLock { state in
            guard state.phase == .running || state.phase == .idle else { return }
            for event in events where event.key == moved { state.backlog.letWait(event, now: now) }
        }
        reader.signal()
        enqueue(events.filter { $0.key != moved })
    }

    /// Reads the store whenever it has events that are not in memory and there is room for them.
    func readStore() async {
        var failures = 0
        while !isClosed, !Task.isCancelled {
            let now = clock.now
            let (limit, due) = state.withLock { state -> (Int?, Timestamp?) in
                guard state.phase == .running else { return (nil, nil) }
                let due = state.backlog.readingDue
                guard state.backlog.needsReading || due.map({ $0 <= now }) ?? false else { return (nil, due) }
                return (state.backlog.beginReading(), nil)
            }
            guard let limit else {
                await reader.wait(until: due, clock: clock)
                continue
            }
            do {
                try await read(limit)
                failures = 0
                storeOutage.worked()
            } catch {
                failures += 1
                storeOutage.failed(error, "The outbox cannot be read; trying again.")
                await pause(after: failures)
                state.withLock { $0.backlog.readAgain() }
            }
        }
    }

    private func read(_ limit: Int) async throws {
        guard let shared else {
            let page = try await store.outbox(limit: limit)
            return wakeWorkers(for: state.withLock { $0.backlog.endReading(page, limit: limit) })
        }
        let page = try await shared.orderedOutbox(limit: limit)
        let now = clock.now
        let (brokers, late) = state.withLock { $0.backlog.endReading(page, limit: limit, now: now) }
        for event in late {
            logger.warning(
                "Earlier events of another node were not delivered in time; an event does not wait for them any more",
                metadata: event.logMetadata)
        }
        wakeWorkers(for: brokers)
    }
}
