import Synchronization
import WorkflowCore

/// The lives of instances of state machines.
extension ExecutionRecorder {
    func changed(_ instance: StateMachineInstance, by records: [TransitionRecord], _ source: EngineSource) {
        let isNew = records.first.map { $0.transition.isEmpty && $0.fromState.isEmpty } ?? false
        let cause = ExecutionScope.currentID
        let trigger = cause.flatMap { cause in state.withLock { $0.entries[cause]?.execution.trigger } }
        let id = TimedID.make(instance, of: source.key)
        update(
            id.text,
            orMake: { Self.entry(id, instance, records, isNew: isNew, source, trigger: trigger, cause: cause) },
            { entry, room in
                for (index, record) in records.enumerated() {
                    guard room.takeStep(of: &entry) else { continue }
                    let isCreation = record.transition.isEmpty
                    let data: JSONValue? = isCreation ? nil : record.data.isEmpty ? nil : .object(record.data)
                    entry.steps.append(
                        ExecutionEntry.Step(
                            key: "\(record.version)/\(index)", name: isCreation ? "created" : record.transition,
                            type: "transition", status: .completed, input: room.take(data, of: &entry),
                            output: room.take(
                                ["from": .string(record.fromState), "to": .string(record.toState)], of: &entry),
                            cause: cause, startedAt: record.timestamp, completedAt: record.timestamp,
                            hasInput: true))
                }
                if isNew { entry.input = room.take(.object(instance.data), of: &entry) }
                Self.show(instance, in: &entry, &room)
            })
        if let cause {
            update(cause) { entry, _ in
                guard entry.execution.instance == nil else { return }
                (entry.execution.instance, entry.isDirty) = (instance.id, true)
            }
        }
    }

    static func entry(
        _ id: ID<Execution>, _ instance: StateMachineInstance, _ records: [TransitionRecord], isNew: Bool,
        _ source: EngineSource, trigger: Execution.Trigger? = nil, cause: String? = nil
    ) -> ExecutionEntry {
        var execution = Execution(
            id: id, workflow: source.key.workflow, environment: source.key.environment, version: source.version,
            kind: .instance, part: instance.workflowType,
            action: records.first { !$0.transition.isEmpty }?.transition ?? "", trigger: trigger ?? .api,
            startedAt: instance.startTime)
        execution.instance = instance.id
        execution.parent = isNew ? cause.map { ID(stored: $0) } : nil
        var entry = ExecutionEntry(execution: execution, recorder: ValueRecorder(secrets: source.secrets))
        entry.isUnknown = !isNew
        return entry
    }

    /// Shows how an instance stands, unless a later change was heard of before.
    static func show(
        _ instance: StateMachineInstance, in entry: inout ExecutionEntry, _ room: inout ExecutionRoom
    ) {
        guard instance.version > entry.execution.instanceVersion else { return }
        entry.isDirty = true
        entry.execution.instanceVersion = instance.version
        entry.execution.status = !instance.completed ? .running : instance.error == nil ? .completed : .failed
        entry.execution.completedAt = instance.completed ? instance.lastUpdated : nil
        entry.execution.error = instance.error.map { entry.recorder.record(error: $0) }
        guard instance.completed else { return }
        room.giveBack(entry.output)
        entry.output = room.take(.object(instance.data), of: &entry)
    }

    func removed(_ instance: StateMachineInstance, _ source: EngineSource) {
        guard !instance.completed else { return }
        let id = TimedID.make(instance, of: source.key)
        update(id.text, orMake: { Self.entry(id, instance, [], isNew: false, source) }, { markRemoved(&$0, &$1) })
    }

    private func markRemoved(_ entry: inout ExecutionEntry, _: inout ExecutionRoom) {
        entry.isDirty = true
        entry.execution.instanceVersion = .max
        (entry.execution.status, entry.execution.completedAt) = (.cancelled, clock.now)
        entry.execution.error = "The instance was removed."
    }

    /// Shows how an instance stands whose last changes were not recorded, since the process ended before.
    ///
    /// - Parameters:
    ///   - execution: What is on record.
    ///   - instance: The instance as its store has it; `nil` when it is gone.
    func catchUp(_ execution: Execution, with instance: StateMachineInstance?, secrets: SecretRedactor?) {
        let isSame = instance.map { $0.startTime == execution.startedAt } ?? false
        if isSame, let instance, instance.version <= execution.instanceVersion { return }
        update(
            execution.id.text,
            orMake: {
                var entry = ExecutionEntry(execution: execution, recorder: ValueRecorder(secrets: secrets))
                (entry.isUnknown, entry.isDirty) = (true, false)
                // Counted already.
                entry.execution.dropped = 0
                return entry
            },
            { entry, room in
                if isSame, let instance {
                    Self.show(instance, in: &entry, &room)
                } else {
                    markRemoved(&entry, &room)
                }
            })
    }
}
