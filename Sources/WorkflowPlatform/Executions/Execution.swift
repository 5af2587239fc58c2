import WorkflowCore

/// What one trigger led to: a call of a part of a workflow, or the life of an instance of a state machine.
struct Execution: Sendable {
    /// What it is.
    enum Kind: String, Sendable, CaseIterable {
        /// A call of a part of the workflow, from its beginning until it answers.
        case call
        /// An instance of a state machine, from its creation until it is completed.
        case instance
    }

    /// How it stands.
    enum Status: String, Sendable, CaseIterable {
        case running, completed, failed, cancelled
    }

    /// What caused it.
    enum Trigger: String, Sendable, CaseIterable {
        case manual, http, event, schedule, component, program, api
    }

    let id: ID<Execution>
    let workflow: ID<Workflow>
    /// Where the workflow ran.
    var environment = EnvironmentName.production
    /// The version of the workflow that ran when it began.
    let version: Int
    let kind: Kind
    /// The part of the workflow, such as `order` or `integration`.
    let part: String
    /// What was asked of the part; of an instance the first transition.
    var action: String
    var trigger: Trigger
    var status = Status.running
    var input = RecordedValue.none
    var output = RecordedValue.none
    var error: String?
    /// The instance of a state machine that it is about.
    var instance: String?
    /// The version of the instance that it shows.
    var instanceVersion: Int64 = 0
    /// The execution that has called it.
    var parent: ID<Execution>?
    /// The execution that it repeats.
    var origin: ID<Execution>?
    /// The step that it was taken up at; `nil` when it was repeated from the beginning.
    var originStep: String?
    /// Its place in a trace, as W3C Trace Context has it; empty for none.
    var trace = ""
    /// How many steps are on record.
    var stepCount = 0
    /// How many details are not on record since there were too many.
    var dropped = 0
    let startedAt: Timestamp
    var completedAt: Timestamp?
    /// Grows over all executions with each change of any of them.
    var sequence: Int64 = 0

    /// The workflow where it ran.
    var key: DeploymentKey { DeploymentKey(workflow, in: environment) }
}

/// A step of an execution.
struct ExecutionStep: Sendable {
    /// From 1, in the order of their beginnings.
    var number: Int
    let name: String
    /// Such as `transition`, `processing_step`, or the connector of an integration.
    let type: String
    var status: Execution.Status
    var input = RecordedValue.none
    var output = RecordedValue.none
    var error: String?
    /// The call that has made the transition.
    var cause: ID<Execution>?
    let startedAt: Timestamp
    var completedAt: Timestamp?
}

/// What is kept of an input or an output.
struct RecordedValue: Sendable, Hashable {
    /// In what it differs from what it was.
    struct Flaws: OptionSet, Sendable, Hashable {
        let rawValue: Int

        /// Something secret was taken out.
        static let redacted = Flaws(rawValue: 1)
        /// It was too large.
        static let truncated = Flaws(rawValue: 2)
        /// It is gone, since there was too much to write.
        static let dropped = Flaws(rawValue: 4)
    }

    /// The value as JSON; `nil` for none.
    var json: String?
    var flaws: Flaws = []

    static let none = RecordedValue(json: nil)

    /// How clients call it: whether one may rely on it.
    var state: String {
        if flaws.contains(.dropped) { return "dropped" }
        if flaws.contains(.truncated) { return "truncated" }
        return flaws.contains(.redacted) ? "redacted" : "complete"
    }
}
