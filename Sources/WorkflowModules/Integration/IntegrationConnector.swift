import WorkflowCore

/// A system that steps call.
protocol IntegrationConnector: Sendable {
    /// Checks what a step asks for and prepares it.
    ///
    /// - Parameters:
    ///   - step: The step.
    ///   - names: The steps that expressions can name.
    /// - Throws: ``ConfigurationError`` when the connector cannot do it.
    func call(
        for step: IntegrationWorkflowModule.StepConfiguration, names: StepNames
    ) throws -> any ConnectorCall

    /// Takes what the connector needs.
    func open() throws
    /// Gives it back.
    func close() async
}

extension IntegrationConnector {
    func open() throws {}
    func close() async {}
}

/// What a step does with its connector.
protocol ConnectorCall: Sendable {
    /// Computes what is sent, once for all attempts.
    ///
    /// - Parameters:
    ///   - input: The input of the step; `nil` when it has none.
    ///   - values: What expressions can name.
    ///   - key: The same for all attempts of this run of the step.
    /// - Returns: Makes one attempt, and returns the result.
    /// - Throws: ``WorkflowError`` or ``ExpressionEvaluationError`` when it cannot be computed.
    func prepare(
        input: JSONValue?, values: IntegrationValues, key: String
    ) throws -> @Sendable () async throws -> JSONValue
}

/// What the expressions of a step can name, and what they are evaluated with.
struct IntegrationValues: Sendable {
    let scope: ExpressionScope
    let expressions: ExpressionEnvironment
}
