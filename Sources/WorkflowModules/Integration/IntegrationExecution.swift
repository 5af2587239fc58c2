import WorkflowCore

/// The record of a run: which steps were run and how they ended, without any of the data.
struct IntegrationExecution: Sendable, Hashable {
    /// How a run stands.
    enum Status: String, Sendable {
        case running, completed, failed
        /// It was cut off when the engine stopped.
        case interrupted
    }

    /// How a step ended.
    struct StepRecord: Sendable, Hashable {
        var name: String
        var connector: String
        var status: Status
        var attempts: Int
        var startedAt: Timestamp
        var duration: Duration
        var error: String?
    }

    /// How many steps are recorded; of a longer run the last ones.
    static let longestRecord = 200
    private static let longestError = 500

    var id: String
    var workflow: String
    var startedAt: Timestamp
    var finishedAt: Timestamp?
    var status = Status.running
    var error: String?
    private(set) var steps: [StepRecord] = []
    /// How many steps there were before those that are recorded.
    private(set) var omittedSteps = 0

    init(id: String, workflow: String, startedAt: Timestamp) {
        self.id = id
        self.workflow = workflow
        self.startedAt = startedAt
    }

    mutating func add(_ step: StepRecord) {
        var step = step
        step.error = step.error.map(Self.shortened)
        steps.append(step)
        if steps.count > Self.longestRecord {
            steps.removeFirst()
            omittedSteps += 1
        }
    }

    mutating func finish(_ status: Status, at time: Timestamp, error: String? = nil) {
        self.status = status
        finishedAt = time
        self.error = error.map(Self.shortened)
    }

    private static func shortened(_ text: String) -> String {
        text.count > longestError ? "\(text.prefix(longestError - 1))…" : text
    }
}

extension IntegrationExecution {
    /// The record as people and stores see it.
    var json: JSONValue {
        var object: JSONObject = [
            "id": .string(id), "workflow": .string(workflow), "status": .string(status.rawValue),
            "startedAt": .string(startedAt.description),
            "finishedAt": finishedAt.map { .string($0.description) } ?? .null,
        ]
        if let error { object["error"] = .string(error) }
        object["steps"] = .array(steps.map(\.json))
        if omittedSteps > 0 { object["omittedSteps"] = .integer(Int64(omittedSteps)) }
        return .object(object)
    }

    /// Reads a stored record; `nil` when it is none.
    init?(_ value: JSONValue) {
        guard let id = value["id"]?.stringValue, let workflow = value["workflow"]?.stringValue,
            let status = value["status"]?.stringValue.flatMap({ Status(rawValue: $0) }),
            let startedAt = value["startedAt"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(id: id, workflow: workflow, startedAt: startedAt)
        self.status = status
        finishedAt = value["finishedAt"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
        error = value["error"]?.stringValue
        steps = value["steps"]?.arrayValue?.compactMap { StepRecord($0) } ?? []
        omittedSteps = value["omittedSteps"]?.intValue ?? 0
    }
}

extension IntegrationExecution.StepRecord {
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "name": .string(name), "connector": .string(connector), "status": .string(status.rawValue),
            "attempts": .integer(Int64(attempts)), "startedAt": .string(startedAt.description),
            "durationMs": .integer(duration.wholeMilliseconds),
        ]
        if let error { object["error"] = .string(error) }
        return .object(object)
    }

    fileprivate init?(_ value: JSONValue) {
        guard let name = value["name"]?.stringValue, let connector = value["connector"]?.stringValue,
            let status = value["status"]?.stringValue.flatMap({ IntegrationExecution.Status(rawValue: $0) }),
            let startedAt = value["startedAt"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(
            name: name, connector: connector, status: status, attempts: value["attempts"]?.intValue ?? 1,
            startedAt: startedAt, duration: .milliseconds(value["durationMs"]?.intValue ?? 0),
            error: value["error"]?.stringValue)
    }
}
