import Synchronization
import WorkflowCore

/// Which events a processor has taken in lately, in the store.
extension EventProcessor {
    var inboxNamespace: String { "event.inbox:\(name)" }

    /// What is stored of an event, with what it leads to.
    func inboxEntry(_ name: String, at now: Timestamp) -> StoreTransaction.Operation {
        .setValue(
            namespace: inboxNamespace, key: name, value: .string(now.description),
            expiresAt: now.advanced(by: EventInbox.window))
    }

    /// Brings back what was known before the last stop.
    ///
    /// - Throws: ``StoreError``.
    func restoreInbox(now: Timestamp) async throws {
        let values = try await generation.store.values(namespace: inboxNamespace, prefix: "", limit: .max, now: now)
        let entries = values.compactMap { name, value in
            value.stringValue.flatMap(Timestamp.init(rfc3339:)).map { (name: name, receivedAt: $0) }
        }
        let useless = state.withLock { state in
            state.inbox = EventInbox()
            return state.inbox.restore(entries)
        }
        try await remove(useless, from: inboxNamespace)
    }
}
