/// A call of a workflow.
public struct CallActivity: Sendable {
    /// What the run is known by.
    public let scope: ExecutionScope
    /// What is asked of the workflow.
    public let call: WorkflowCall
    /// When it was called.
    public let startedAt: Timestamp
    /// Its place in a trace, as ``Traces/current``.
    public let trace: String

    /// Creates a call.
    package init(scope: ExecutionScope, call: WorkflowCall, startedAt: Timestamp, trace: String) {
        self.scope = scope
        self.call = call
        self.startedAt = startedAt
        self.trace = trace
    }
}

/// A step of a run that was begun, or has ended.
public struct StepActivity: Sendable {
    /// What a step is a part of.
    public enum Owner: Sendable {
        /// A call of a workflow.
        case call(ExecutionScope)
        /// An instance of a state machine.
        case instance(StateMachineInstance)
    }

    /// How a step stands.
    public enum Status: String, Sendable {
        case running, completed, failed
    }

    /// What it is a part of.
    public let owner: Owner
    /// The same at its beginning and its end, and that of no other step of its owner.
    public let key: String
    /// The name of the step.
    public let name: String
    /// What it goes through, such as the connector of an integration.
    public let type: String
    /// How it stands.
    public var status = Status.running
    /// When it was begun.
    public let startedAt: Timestamp
    /// When it ended; `nil` before.
    public var endedAt: Timestamp?
    /// What it was given.
    public var input: JSONValue?
    /// What came out.
    public var output: JSONValue?
    /// What went wrong.
    public var error: String?

    /// Creates a step that is begun.
    public init(
        of owner: Owner, key: String, name: String, type: String, startedAt: Timestamp, input: JSONValue? = nil
    ) {
        self.owner = owner
        self.key = key
        self.name = name
        self.type = type
        self.startedAt = startedAt
        self.input = input
    }
}

extension Traces {
    /// Calls a workflow, and tells the observer of it.
    ///
    /// - Parameters:
    ///   - call: What is asked of the workflow.
    ///   - scope: What the run is known by; `nil` for a new one.
    ///   - environment: Time and identifiers.
    ///   - execute: Runs the workflow.
    /// - Throws: What `execute` throws.
    func watched(
        _ call: WorkflowCall, as scope: ExecutionScope?, in environment: EngineEnvironment,
        _ execute: () async throws -> JSONValue
    ) async throws -> JSONValue {
        guard let observer = activity.observer else { return try await execute() }
        let scope =
            scope ?? ExecutionScope(id: environment.identifiers.next(), parent: ExecutionScope.currentID)
        let activity = CallActivity(scope: scope, call: call, startedAt: environment.clock.now, trace: current)
        observer(.called(activity))
        do {
            let result = try await ExecutionScope.$current.withValue(scope) { try await execute() }
            observer(.returned(activity, .success(result)))
            return result
        } catch {
            observer(.returned(activity, .failure(error)))
            throw error
        }
    }
}

extension WorkExecution {
    /// Runs the handler, and tells the observer of it.
    ///
    /// - Throws: What `execute` throws.
    func watched(_ instance: StateMachineInstance, _ execute: () async throws -> Outcome) async throws -> Outcome {
        guard environment.traces.activity.observer != nil else { return try await execute() }
        var step = StepActivity(
            of: .instance(instance), key: "\(item.id)/\(item.cursor)/\(item.attempts)", name: handlerName,
            type: stepType, startedAt: environment.clock.now, input: .object(item.input))
        environment.traces.tell(.step(step))
        do {
            let owner = environment.traces.activity.identifier(of: instance)
            let outcome = try await ExecutionScope.$owner.withValue(owner) { try await execute() }
            step.status = .completed
            switch outcome {
            case .success(_, let data): step.output = .object(data)
            case .failure(_, let data):
                step.status = .failed
                step.output = .object(data)
                step.error = data["error"]?.stringValue ?? "The step has failed."
            case .retry(let message, _), .postpone(let message, _, _):
                step.status = .failed
                step.error = message
            }
            step.endedAt = environment.clock.now
            environment.traces.tell(.step(step))
            return outcome
        } catch {
            step.status = .failed
            step.error = "It was cut off; it is run again."
            step.endedAt = environment.clock.now
            environment.traces.tell(.step(step))
            throw error
        }
    }

    private var stepType: String {
        if case .message = target { "message_handler" } else { "processing_step" }
    }
}
