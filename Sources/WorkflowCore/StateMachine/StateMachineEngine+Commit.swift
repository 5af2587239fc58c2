extension StateMachineEngine {
    /// Writes what was planned in one transaction, and then tells those who wait for it.
    func commit(
        _ plan: TransitionPlan, _ machine: CompiledStateMachine, first: StoreTransaction.Operation,
        operations: [StoreTransaction.Operation], events extraEvents: [OutboxEvent]
    ) async throws {
        try await generation.environment.traces.transition(plan) {
            try await write(plan, machine, first: first, operations: operations, events: extraEvents)
        }
    }

    private func write(
        _ plan: TransitionPlan, _ machine: CompiledStateMachine, first: StoreTransaction.Operation,
        operations: [StoreTransaction.Operation], events extraEvents: [OutboxEvent]
    ) async throws {
        var transaction = StoreTransaction()
        transaction.operations.reserveCapacity(2 + operations.count + plan.records.count + plan.work.count)
        transaction.append(first)
        transaction.operations.append(contentsOf: operations)
        for record in plan.records { transaction.append(.appendHistory(record)) }
        let trace = generation.environment.traces.current
        let items = plan.work.map { item($0, plan.instance, trace) }
        for item in items { transaction.append(.enqueueWork(item)) }
        var events = extraEvents + events(for: plan, machine)
        for index in events.indices { events[index].trace = trace }
        if !events.isEmpty { transaction.append(.appendOutbox(events)) }
        do {
            try await generation.store.commit(transaction)
        } catch {
            generation.work.abandon(items, after: error)
            generation.outbox.abandon(events, after: error)
            throw error
        }
        // Events before the work: what the work leads to comes after them.
        generation.outbox.enqueue(events)
        generation.work.enqueue(items)
        notify(plan.instance)
        for record in plan.records where !record.transition.isEmpty { machine.countSuccess(of: record.transition) }
    }

    private func item(_ work: TransitionPlan.Work, _ instance: StateMachineInstance, _ trace: String) -> WorkItem {
        let now = instance.lastUpdated
        let id = generation.environment.identifiers.next()
        let lease = generation.work.reserveLease(for: id, now: now)
        return WorkItem(
            id: id, instanceID: instance.id, engine: name,
            transition: work.transition, fromState: work.fromState, toState: work.toState, handlers: work.handlers,
            input: work.input, notBefore: now, leaseOwner: lease?.owner, leaseUntil: lease?.until, createdAt: now,
            trace: trace)
    }

    private func events(for plan: TransitionPlan, _ machine: CompiledStateMachine) -> [OutboxEvent] {
        let brokers = generation.brokers
        guard !brokers.isEmpty else { return [] }
        var events: [OutboxEvent] = []
        for (state, data) in plan.entered {
            let topic = machine.topic(of: state)
            for (brokerName, broker) in brokers where broker.hasSubscribers(for: topic) {
                var payload = data
                payload["type"] = .string(topic)
                payload["eventType"] = .string(topic)
                payload["id"] = data["id"] ?? .string(plan.instance.id)
                payload["instanceId"] = .string(plan.instance.id)
                events.append(
                    OutboxEvent(
                        id: generation.environment.identifiers.next(), broker: brokerName, topic: topic,
                        payload: .object(payload), key: plan.instance.id, createdAt: plan.instance.lastUpdated))
            }
        }
        return events
    }
}
