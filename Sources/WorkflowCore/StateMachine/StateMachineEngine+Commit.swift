/// A transition as it is to be written, with what follows from it.
struct PreparedTransition: Sendable {
    let plan: TransitionPlan
    let machine: CompiledStateMachine
    let transaction: StoreTransaction
    let items: [WorkItem]
    let events: [OutboxEvent]
    /// What ``OutboxDispatcher/owner`` was before the commit.
    let owner: String
}

extension StateMachineEngine {
    /// Writes what was planned in one transaction, and then tells those who wait for it.
    func commit(
        _ plan: TransitionPlan, _ machine: CompiledStateMachine, first: StoreTransaction.Operation,
        operations: [StoreTransaction.Operation], events extraEvents: [OutboxEvent]
    ) async throws {
        let traces = generation.environment.traces
        try await traces.transition(plan) {
            let prepared = prepare(
                plan, machine, first: first, operations: operations, events: extraEvents, trace: traces.current)
            do {
                try await generation.store.commit(prepared.transaction)
            } catch {
                abandon(prepared, after: error)
                throw error
            }
            finish(prepared)
        }
    }

    /// Works out what is to be written; ``finish(_:)`` or ``abandon(_:after:)`` must follow.
    func prepare(
        _ plan: TransitionPlan, _ machine: CompiledStateMachine, first: StoreTransaction.Operation,
        operations: [StoreTransaction.Operation], events extraEvents: [OutboxEvent], trace: String
    ) -> PreparedTransition {
        var transaction = StoreTransaction()
        transaction.operations.reserveCapacity(2 + operations.count + plan.records.count + plan.work.count)
        transaction.append(first)
        transaction.operations.append(contentsOf: operations)
        for record in plan.records { transaction.append(.appendHistory(record)) }
        let items = plan.work.map { item($0, plan.instance, trace) }
        for item in items { transaction.append(.enqueueWork(item)) }
        var events = extraEvents + events(for: plan, machine)
        for index in events.indices { events[index].trace = trace }
        if !events.isEmpty { transaction.append(.appendOutbox(events)) }
        return PreparedTransition(
            plan: plan, machine: machine, transaction: transaction, items: items, events: events,
            owner: generation.outbox.owner)
    }

    /// Goes on with what was committed.
    func finish(_ prepared: PreparedTransition) {
        generation.environment.storeOutage.worked()
        generation.environment.traces.tell(.transitions(prepared.plan.records, prepared.plan.instance))
        // Events before the work: what the work leads to comes after them.
        generation.outbox.enqueue(prepared.events, after: prepared.transaction.operations[0], by: prepared.owner)
        generation.work.enqueue(prepared.items)
        notify(prepared.plan.instance)
        let isOpen = !prepared.plan.instance.completed
        if isOpen != prepared.plan.wasOpen { prepared.machine.countActive(isOpen ? 1 : -1) }
        for record in prepared.plan.records where !record.transition.isEmpty {
            prepared.machine.countSuccess(of: record.transition)
        }
    }

    /// Gives back what a commit that failed was going to need.
    func abandon(_ prepared: PreparedTransition, after error: any Error) {
        generation.work.abandon(prepared.items, after: error)
        generation.outbox.abandon(prepared.events, after: error)
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
        let audience = generation.audience
        guard !audience.isEmpty else { return [] }
        var events: [OutboxEvent] = []
        for (state, data) in plan.entered {
            let topic = machine.topic(of: state)
            for (brokerName, broker) in audience where broker.hasSubscribers(for: topic) {
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
