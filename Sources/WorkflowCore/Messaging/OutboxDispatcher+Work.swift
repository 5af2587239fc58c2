import Logging
import Synchronization

/// The tasks of a dispatcher: publishers, remover.
extension OutboxDispatcher {
    // MARK: - Publishing

    /// One worker of a broker: hands over one event after another.
    func publish(to name: String) async {
        let published = metrics?.outboxPublished.with(name, "success")
        let failed = metrics?.outboxPublished.with(name, "failure")
        guard let workers = state.withLock({ $0.channels[name]?.workers }) else { return }
        let outage = outage(of: name)
        while !Task.isCancelled {
            guard let event = take(for: name) else {
                await workers.wait()
                state.withLock { $0.channels[name]?.idle -= 1 }
                continue
            }
            var failures = 0
            var isDone = false
            while !isDone, !Task.isCancelled {
                guard let broker = broker(name) else {
                    setAside(event, reportingMissingBroker: true)
                    break
                }
                do {
                    try await traces.publish(event.message, to: name) { message in
                        try await broker.publish(message) { self.settled(event.id) }
                    }
                    outage.worked()
                    published?.increment()
                    finish(event)
                    isDone = true
                } catch let error as WorkflowError where error.code == .invalidInput {
                    failed?.increment()
                    logger.warning(
                        "A broker refuses an event; it stays in the outbox.",
                        metadata: event.logMetadata.merging(["error": "\(error)"]) { $1 })
                    setAside(event, reportingMissingBroker: false)
                    isDone = true
                } catch {
                    guard !Task.isCancelled else { return }
                    failed?.increment()
                    failures += 1
                    outage.failed(
                        error, "A broker does not take events; trying again.", metadata: event.logMetadata)
                    await pause(after: failures)
                }
            }
        }
    }

    /// Takes the next event; without one, the worker counts as idle from now on.
    private func take(for name: String) -> OutboxEvent? {
        let (event, hasMore) = state.withLock { state in
            let event = state.backlog.take(for: name)
            if event == nil { state.channels[name]?.idle += 1 }
            return (event, event != nil && state.backlog.mayHaveMore(for: name))
        }
        if hasMore { wakeWorkers(for: CollectionOfOne(name)) }
        return event
    }

    private func finish(_ event: OutboxEvent) {
        let isBehind = state.withLock { state in
            let hadRoom = state.backlog.hasRoom
            state.backlog.sent(event)
            return state.backlog.needsReading || (!hadRoom && state.backlog.readingDue != nil)
        }
        if isBehind { reader.signal() }
    }

    private func setAside(_ event: OutboxEvent, reportingMissingBroker: Bool) {
        let (isBehind, isNews) = state.withLock { state in
            state.backlog.setAside(event)
            let isNews = reportingMissingBroker && state.missingBrokers.insert(event.broker).inserted
            return (state.backlog.needsReading, isNews)
        }
        if isNews {
            logger.warning(
                "There is no broker with this name; its events stay in the outbox.",
                metadata: ["broker.name": "\(event.broker)"])
        }
        if isBehind { reader.signal() }
        progress.signal()
    }

    // MARK: - Removing

    private func settled(_ id: String) {
        let (count, isDraining) = state.withLock { state in
            state.backlog.settled(id)
            return (state.backlog.removable, state.phase == .draining)
        }
        if count == 1 { remover.signal() }
        if count == configuration.removalBatch || isDraining { batch.signal() }
    }

    /// Removes settled events from the store, many at a time.
    func removeDelivered() async {
        var failures = 0
        while !isClosed, !Task.isCancelled {
            let (count, isDraining) = state.withLock { ($0.backlog.removable, $0.phase == .draining) }
            guard count > 0 else {
                await remover.wait()
                continue
            }
            if count < configuration.removalBatch, !isDraining { await waitForBatch() }
            if await removeOnce() {
                failures = 0
            } else {
                failures += 1
                await pause(after: failures)
            }
        }
    }

    private func waitForBatch() async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                guard await self.clock.wait(for: self.configuration.removalDelay) else { return }
                self.batch.signal()
            }
            await batch.wait()
            group.cancelAll()
        }
    }

    /// Removes what may be removed, up to four batches.
    ///
    /// - Returns: Whether that worked.
    @discardableResult
    func removeOnce() async -> Bool {
        let ids = state.withLock { $0.backlog.takeRemovable(limit: 4 * max(configuration.removalBatch, 1)) }
        guard !ids.isEmpty else { return true }
        do {
            try await store.commit(StoreTransaction([.removeOutbox(ids: ids)]))
            state.withLock { $0.backlog.removed(ids) }
            storeOutage.worked()
            progress.signal()
            return true
        } catch {
            state.withLock { $0.backlog.notRemoved(ids) }
            storeOutage.failed(error, "Delivered events cannot be removed from the outbox; trying again.")
            return false
        }
    }

    // MARK: - Helpers

    /// Waits before the next attempt; returns early when the task is cancelled.
    func pause(after failures: Int) async {
        await clock.wait(for: configuration.backoff.delay(afterAttempt: failures, random: random()))
    }

    /// What is told of a broker that is out of order, once for all workers and events.
    private func outage(of broker: String) -> OutageLog {
        outages.withLock { outages in
            if let outage = outages[broker] { return outage }
            let outage = OutageLog(of: "broker \(broker)", clock: clock, logger: logger)
            outages[broker] = outage
            return outage
        }
    }
}

extension OutboxEvent {
    /// The event as a message.
    var message: Message {
        Message(id: id, topic: topic, payload: payload, key: key, timestamp: createdAt, trace: trace)
    }

    var logMetadata: Logger.Metadata {
        ["broker.name": "\(broker)", "message.topic": "\(topic)", "message.id": "\(id)"]
    }
}
