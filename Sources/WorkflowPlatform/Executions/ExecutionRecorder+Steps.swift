import WorkflowCore

/// The steps of calls and instances.
extension ExecutionRecorder {
    func stepped(_ activity: StepActivity, _ source: EngineSource) {
        switch activity.owner {
        case .call(let scope):
            update(scope.id) { Self.note(activity, in: &$0, &$1) }
        case .instance(let instance):
            let id = TimedID.make(instance, of: source.key)
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
