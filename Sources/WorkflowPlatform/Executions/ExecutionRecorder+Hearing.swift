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

    private func began(_ activity: CallActivity, _ source: EngineSource) {
        let (scope, call) = (activity.scope, activity.call)
        update(
            scope.id,
            orMake: {
                var execution = Execution(
                    id: ID(stored: scope.id), workflow: source.key.workflow, environment: source.key.environment,
                    version: source.version, kind: .call, part: call.workflow, action: call.action,
                    trigger: Execution.Trigger(call.trigger), startedAt: activity.startedAt)
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
