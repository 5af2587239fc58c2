/// A module that runs as durable work when a transition was made.
///
/// The engine commits the transition first, then runs the step, then fires the outcome. After a crash a step runs again:
/// ``StepInvocation/idempotencyKey`` stays the same, so that the outside world can recognise a repetition.
public protocol ProcessingStep: Sendable {
    /// How failures are retried, and which transitions the outcomes fire.
    var policy: StepPolicy { get }

    /// How many runs may go on at once; others wait without a time-out.
    var concurrency: Int { get }

    /// Runs the step once.
    ///
    /// - Returns: The result; whether it is a success is up to ``StepOutcome/init(result:)``.
    /// - Throws: Anything: a technical failure, which is retried as the policy says.
    func execute(_ invocation: StepInvocation) async throws -> JSONObject
}

extension ProcessingStep {
    public var concurrency: Int { .max }
}

/// How a step is retried and what its outcomes lead to.
public struct StepPolicy: Sendable, Hashable {
    /// The transition that a success fires; empty for none.
    public var successTransition: String
    /// The transition that a failure fires; empty for none.
    public var compensateTransition: String
    /// How often a technical failure is retried.
    public var maxRetries: Int
    /// How long to wait before the first retry; doubles with each further one.
    public var retryBackoff: Duration
    /// How long one attempt may take.
    public var timeout: Duration

    /// Creates a policy.
    public init(
        successTransition: String = "", compensateTransition: String = "", maxRetries: Int = 2,
        retryBackoff: Duration = .seconds(1), timeout: Duration = .seconds(30)
    ) {
        self.successTransition = successTransition
        self.compensateTransition = compensateTransition
        self.maxRetries = maxRetries
        self.retryBackoff = retryBackoff
        self.timeout = timeout
    }

    /// How long to wait before a retry: exponential backoff with full jitter below the upper half.
    ///
    /// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("equal jitter").
    ///
    /// - Parameters:
    ///   - retry: Which retry it is, from 1.
    ///   - random: A number from 0 to 1.
    public func delay(beforeRetry retry: Int, random: Double) -> Duration {
        let full = retryBackoff.inSeconds * Double(1 << min(max(retry - 1, 0), 20))
        let capped = min(full, 3600)
        return .nanoseconds(Int64((capped / 2 + capped / 2 * random) * 1e9))
    }
}

/// One call of a step.
public struct StepInvocation: Sendable, Hashable {
    /// The instance whose transition caused the work.
    public var instanceID: String
    /// The definition of the instance.
    public var workflowType: String
    /// The transition.
    public var transition: String
    /// The state that was left.
    public var fromState: String
    /// The state that was entered.
    public var toState: String
    /// The data of the instance with the data of the transition.
    public var data: JSONObject
    /// The same for all attempts of one piece of work.
    public var idempotencyKey: String
    /// Which attempt it is, from 1.
    public var attempt: Int

    /// Creates an invocation.
    public init(
        instanceID: String, workflowType: String, transition: String, fromState: String, toState: String,
        data: JSONObject, idempotencyKey: String, attempt: Int
    ) {
        self.instanceID = instanceID
        self.workflowType = workflowType
        self.transition = transition
        self.fromState = fromState
        self.toState = toState
        self.data = data
        self.idempotencyKey = idempotencyKey
        self.attempt = attempt
    }

    /// The input that components get: the data, and what identifies the call.
    public var input: JSONObject {
        var input = data
        input["workflowId"] = .string(workflowType)
        input["instanceId"] = .string(instanceID)
        input["transitionId"] = .string(transition)
        input["fromState"] = .string(fromState)
        input["toState"] = .string(toState)
        input["idempotencyKey"] = .string(idempotencyKey)
        input["attempt"] = .integer(Int64(attempt))
        return input
    }
}

/// What a step led to.
public enum StepOutcome: Sendable, Hashable {
    /// It did what it should.
    case success(JSONObject)
    /// It worked, and the answer is no: nothing that a retry would change.
    case businessFailure(JSONObject)

    /// Reads the outcome off a result: `available: false`, `success: false` and `status: declined` or `failed` are
    /// business failures.
    public init(result: JSONObject) {
        let status = result["status"]?.stringValue
        let isFailure =
            result["available"]?.boolValue == false || result["success"]?.boolValue == false || status == "declined"
            || status == "failed"
        self = isFailure ? .businessFailure(result) : .success(result)
    }
}

/// Something that can be executed with an input: a scripted component or a module of an embedder.
public protocol ExecutableComponent: Sendable {
    /// How many executions may go on at once.
    var concurrency: Int { get }

    /// Executes the component.
    ///
    /// - Throws: ``ScriptError`` or ``WorkflowError``.
    func execute(_ input: JSONValue) async throws -> JSONValue
}

extension ExecutableComponent {
    public var concurrency: Int { .max }
}
