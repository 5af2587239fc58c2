public import WorkflowCore

/// Changes data on its way.
///
/// ```yaml
/// modules:
///   - name: order-transformer
///     type: data.transformer
///     config:
///       operations:
///         - extract: {path: order}
///         - map: {mappings: {amount: total}}
///         - set: {currency: "${data.currency ?? 'EUR'}"}
/// ```
public struct DataTransformerModule: WorkflowModule, MessageHandler, MessageSource, ProcessingStep, ExecutableComponent
{
    /// Nothing is gained by trying again, since the same data has the same result.
    public let policy = StepPolicy(maxRetries: 0)
    private let pipeline: TransformPipeline
    private let context: ModuleContext
    private let expressions: ExpressionEnvironment
    private let receivers = MessageReceivers()

    public init(configuration: Configuration, context: ModuleContext) throws {
        pipeline = configuration.selected
        self.context = context
        expressions = ExpressionEnvironment(clock: context.clock, identifiers: context.environment.identifiers)
    }

    public var concurrency: Int { .max }

    public func forward(to receiver: any MessageHandler) {
        receivers.add(receiver)
    }

    /// Changes the content of a message and passes it on.
    public func handle(_ message: Message) async throws {
        var changed = message
        changed.payload = try pipeline.apply(to: message.payload, of: ModuleCall(message), in: expressions)
        try await receivers.pass(changed)
    }

    /// Changes the data of an instance.
    ///
    /// - Returns: What differs from the data of the instance. What stayed the same is left out, so that it neither
    ///   overwrites what was changed meanwhile nor is taken for the outcome of this step.
    public func execute(_ invocation: StepInvocation) async throws -> JSONObject {
        let before = invocation.data
        let after = try pipeline.apply(to: .object(before), of: ModuleCall(invocation), in: expressions).stepResult
        return JSONObject(after.filter { before[$0.key] != $0.value }.map { ($0.key, $0.value) })
    }

    /// Changes a value.
    public func execute(_ input: JSONValue) async throws -> JSONValue {
        let call = ModuleCall(input: input, identifiers: context.environment.identifiers)
        return try pipeline.apply(to: input, of: call, in: expressions)
    }
}
