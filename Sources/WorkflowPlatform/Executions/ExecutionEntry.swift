import WorkflowCore

/// An input or an output on its way to the database.
enum Detail: Sendable {
    case none
    /// A small value as it is; it is redacted when it is written.
    case value(JSONValue, size: Int)
    /// A value that is redacted and cut already.
    case reduced(JSONValue, RecordedValue.Flaws)
    /// One that there was no room for.
    case dropped

    /// Takes a value, and looks at no more of it than is kept.
    init(_ value: JSONValue?, _ recorder: ValueRecorder) {
        guard let value, !value.isNull else {
            self = .none
            return
        }
        if let size = ValueRecorder.isSmall(value) {
            self = .value(value, size: size)
        } else {
            let (reduced, flaws) = recorder.reduce(value)
            self = .reduced(reduced, flaws)
        }
    }

    /// What it takes in memory, in bytes.
    var size: Int {
        switch self {
        case .none, .dropped: 0
        case .value(_, let size): size
        case .reduced: ValueRecorder.limit
        }
    }

    /// What is written.
    func recorded(_ recorder: ValueRecorder) -> RecordedValue {
        switch self {
        case .none: .none
        case .value(let value, _): recorder.record(value)
        case .reduced(let value, let flaws): RecordedValue(json: value.jsonString(), flaws: flaws)
        case .dropped: RecordedValue(json: nil, flaws: .dropped)
        }
    }
}

/// An execution of which something is to be written, or that goes on.
struct ExecutionEntry: Sendable {
    /// A step that is to be written, or that goes on.
    struct Step: Sendable {
        let key: String
        /// Its number once it was written; 0 before.
        var number = 0
        let name: String
        let type: String
        var status: Execution.Status
        var input: Detail
        var output: Detail
        var error: String?
        let cause: String?
        let startedAt: Timestamp
        var completedAt: Timestamp?
        var isDirty = true
        /// Whether its input was told, and perhaps written.
        var hasInput: Bool
    }

    var execution: Execution
    var input = Detail.none
    var output = Detail.none
    /// Takes out what was secret when it began.
    var recorder: ValueRecorder
    /// Stops it; `nil` for instances.
    var scope: ExecutionScope?
    var steps: [Step] = []
    /// How its row stands; `nil` when there is none as far as is known.
    var storedStatus: Execution.Status?
    /// The version of the instance that its row shows.
    var storedVersion: Int64 = 0
    /// Whether the row may have been written by an earlier process, or forgotten here since.
    var isUnknown = false
    /// Whether the row shows less than is known here.
    var isDirty = true
    /// Whether it waits to be written.
    var isQueued = false

    /// Whether there is something to write.
    var hasChanges: Bool { isDirty || steps.contains { $0.isDirty } }

    /// Whether more is to come that needs what is known here.
    var goesOn: Bool {
        (execution.kind == .call && execution.status == .running) || steps.contains { $0.completedAt == nil }
    }

    /// What the details take that are to be written, in bytes.
    var detailSize: Int {
        steps.reduce(input.size + output.size) { $0 + $1.input.size + $1.output.size }
    }
}

extension ExecutionEntry {
    /// Takes what is to be written. What goes on stays, without the details that were taken.
    mutating func takeChanges() -> ExecutionEntry {
        let taken = self
        (isDirty, isQueued, input, output, execution.dropped) = (false, false, .none, .none, 0)
        steps.removeAll { $0.completedAt != nil }
        for index in steps.indices {
            (steps[index].isDirty, steps[index].input, steps[index].output) = (false, .none, .none)
        }
        return taken
    }

    /// Puts back what was taken and not written.
    mutating func putBack(_ taken: ExecutionEntry) {
        isDirty = isDirty || taken.isDirty
        if case .none = input { input = taken.input }
        if case .none = output { output = taken.output }
        execution.dropped += taken.execution.dropped
        var all = taken.steps
        for step in steps {
            // Attempts that did not count have the same key.
            guard let index = all.firstIndex(where: { $0.key == step.key && $0.completedAt == nil }) else {
                all.append(step)
                continue
            }
            let before = all[index]
            all[index] = step
            all[index].isDirty = step.isDirty || before.isDirty
            if case .none = step.input { all[index].input = before.input }
        }
        steps = all
    }

    /// Takes note of what was written.
    mutating func note(_ written: WrittenExecution) {
        (storedStatus, storedVersion, isUnknown) = (written.status, written.instanceVersion, false)
        execution.stepCount = written.stepCount
        for index in steps.indices where steps[index].number == 0 {
            steps[index].number = written.numbers[steps[index].key] ?? 0
        }
    }
}

/// What was written of an execution.
struct WrittenExecution: Sendable {
    /// How its row stands.
    var status: Execution.Status
    /// The version of the instance that it shows.
    var instanceVersion: Int64
    /// How many steps it has there.
    var stepCount: Int
    /// The numbers of its new steps, by their keys.
    var numbers: [String: Int] = [:]
}
