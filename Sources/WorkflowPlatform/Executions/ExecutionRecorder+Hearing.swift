import Synchronization
import WorkflowCore

extension ExecutionRecorder {
    func hear(_ activity: EngineActivity, from source: EngineSource) {
        switch activity {
        case .called(let call): began(call, source)
        case .returned(let call, let result): ended(call.scope, result)
        case .transitions(let records, let instance): changed(instance, by: records, source)
        case .step(let step): stepped(step, source)
        case .removed(let instance): removed(instance, source)
        case .delivery: break
        }
    }

    // MARK: - Calls

    private func began(_ activity: CallActivity, _ source: EngineSource) {
        let (scope, call) = (activity.scope, activity.call)
        update(
            scope.id,
            orMake: {
                var execution = Execution(
                    id: ID(stored: scope.id), workflow: source.workflow, version: source.version, kind: .call,
                    part: call.workflow, action: call.action, trigger: Execution.Trigger(call.trigger),
                    startedAt: activity.startedAt)
                execution.parent = scope.parent.map { ID(stored: $0) }
                return ExecutionEntry(execution: execution, recorder: ValueRecorder(secrets: source.secrets))
            },
            { entry, room in
                entry.scope = scope
                entry.execution.trace = activity.trace
                // The row of one that somebody asked for is there already, with its input.
                guard entry.storedStatus == nil else { return }
                entry.input = room.take(.object(call.data), of: &entry)
            })
    }

    /// Takes note of the end of a call; of two ends the first one counts.
    func ended(_ scope: ExecutionScope, _ result: Result<JSONValue, any Error>) {
        update(scope.id) { entry, room in
            guard entry.execution.status == .running else { return }
            entry.isDirty = true
            entry.execution.completedAt = clock.now
            switch result {
            case .success(let value):
                entry.execution.status = .completed
                entry.output = room.take(value, of: &entry)
            case .failure(let error):
                let isCancelled = scope.isCancelled || error is CancellationError
                entry.execution.status = isCancelled ? .cancelled : .failed
                entry.execution.error = entry.recorder.record(error: "\(error)")
            }
        }
    }

    /// Goes on with an execution whose row was written by whoever asked for it.
    func adopt(_ execution: Execution, _ scope: ExecutionScope, secrets: SecretRedactor?) {
        update(
            scope.id,
            orMake: {
                var entry = ExecutionEntry(execution: execution, recorder: ValueRecorder(secrets: secrets))
                (entry.storedStatus, entry.isDirty) = (.running, false)
                return entry
            }, { entry, _ in entry.scope = scope })
    }

    // MARK: - Instances

    private func changed(_ instance: StateMachineInstance, by records: [TransitionRecord], _ source: EngineSource) {
        let isNew = records.first.map { $0.transition.isEmpty && $0.fromState.isEmpty } ?? false
        let cause = ExecutionScope.current?.id
        let trigger = cause.flatMap { cause in state.withLock { $0.entries[cause]?.execution.trigger } }
        let id = TimedID.make(instance, of: source.workflow)
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

    private static func entry(
        _ id: ID<Execution>, _ instance: StateMachineInstance, _ records: [TransitionRecord], isNew: Bool,
        _ source: EngineSource, trigger: Execution.Trigger? = nil, cause: String? = nil
    ) -> ExecutionEntry {
        var execution = Execution(
            id: id, workflow: source.workflow, version: source.version, kind: .instance, part: instance.workflowType,
            action: records.first { !$0.transition.isEmpty }?.transition ?? "", trigger: trigger ?? .api,
            startedAt: instance.startTime)
        execution.instance = instance.id
        execution.parent = isNew ? cause.map { ID(stored: $0) } : nil
        var entry = ExecutionEntry(execution: execution, recorder: ValueRecorder(secrets: source.secrets))
        entry.isUnknown = !isNew
        return entry
    }

    /// Shows how an instance stands, unless a later change was heard of before.
    private static func show(
        _ instance: StateMachineInstance, in entry: inout ExecutionEntry, _ room: inout ExecutionRoom
    ) {
        guard instance.version > entry.execution.instanceVersion else { return }
        entry.isDirty = true
        entry.execution.instanceVersion = instance.version
        entry.execution.status = !instance.completed ? .running : instance.error == nil ? .completed : .failed
        entry.execution.completedAt = instance.completed ? instance.lastUpdated : nil
        entry.execution.error = instance.error.map { entry.recorder.record(error: $0) }
        if instance.completed { entry.output = room.take(.object(instance.data), of: &entry) }
    }

    private func removed(_ instance: StateMachineInstance, _ source: EngineSource) {
        guard !instance.completed else { return }
        let id = TimedID.make(instance, of: source.workflow)
        update(
            id.text, orMake: { Self.entry(id, instance, [], isNew: false, source) },
            { entry, _ in
                entry.isDirty = true
                entry.execution.instanceVersion = .max
                (entry.execution.status, entry.execution.completedAt) = (.cancelled, clock.now)
                entry.execution.error = "The instance was removed."
            })
    }

    // MARK: - Steps

    private func stepped(_ activity: StepActivity, _ source: EngineSource) {
        switch activity.owner {
        case .call(let scope):
            update(scope.id) { Self.note(activity, in: &$0, &$1) }
        case .instance(let instance):
            let id = TimedID.make(instance, of: source.workflow)
            update(
                id.text, orMake: { Self.entry(id, instance, [], isNew: false, source) },
                { entry, room in
                    if entry.isUnknown { Self.show(instance, in: &entry, &room) }
                    Self.note(activity, in: &entry, &room)
                })
        }
    }

    private static func note(_ activity: StepActivity, in entry: inout ExecutionEntry, _ room: inout ExecutionRoom) {
        let status = Execution.Status(activity.status)
        if let index = entry.steps.firstIndex(where: { $0.key == activity.key && $0.completedAt == nil }) {
            entry.steps[index].status = status
            entry.steps[index].completedAt = activity.endedAt
            entry.steps[index].error = activity.error.map { entry.recorder.record(error: $0) }
            if !entry.steps[index].hasInput { entry.steps[index].input = room.take(activity.input, of: &entry) }
            entry.steps[index].output = room.take(activity.output, of: &entry)
            entry.steps[index].isDirty = true
            return
        }
        guard room.takeStep(of: &entry) else { return }
        entry.steps.append(
            ExecutionEntry.Step(
                key: activity.key, name: activity.name, type: activity.type, status: status,
                input: room.take(activity.input, of: &entry), output: room.take(activity.output, of: &entry),
                error: activity.error.map { entry.recorder.record(error: $0) }, cause: nil,
                startedAt: activity.startedAt, completedAt: activity.endedAt, hasInput: activity.input != nil))
    }
}

extension Execution.Trigger {
    fileprivate init(_ trigger: WorkflowCall.Trigger) {
        self =
            switch trigger {
            case .http: .http
            case .event: .event
            case .schedule: .schedule
            case .component: .component
            case .program: .program
            }
    }
}

extension Execution.Status {
    fileprivate init(_ status: StepActivity.Status) {
        self =
            switch status {
            case .running: .running
            case .completed: .completed
            case .failed: .failed
            }
    }
}
