import WorkflowCore

/// A step of an integration, checked and compiled.
struct IntegrationStep: Sendable {
    /// What is stored instead of a result.
    enum Transform: Sendable {
        case expression(Expression)
        case template(JSONTemplate)
    }

    let name: String
    let connector: String
    let call: any ConnectorCall
    let input: JSONTemplate?
    let transform: Transform?
    let retryCount: Int
    let retryDelay: Duration
    let onSuccess: IntegrationFlow.Target
    let onError: IntegrationFlow.Target

    /// The name under which a failure is stored.
    var errorName: String { "\(name)_error" }

    /// Makes what is stored of a result.
    ///
    /// - Throws: ``ExpressionEvaluationError``.
    func transformed(_ result: JSONValue, input: JSONValue?, values: IntegrationValues) throws -> JSONValue {
        guard let transform else { return result }
        var scope = values.scope
        scope.roots["result"] = result
        scope.roots["input"] = input ?? .null
        scope.data.merge(result.objectValue ?? [:])
        switch transform {
        case .expression(let expression):
            return try expression.evaluate(in: scope, environment: values.expressions)
        case .template(let template):
            return try template.render(in: scope, environment: values.expressions)
        }
    }
}

/// A workflow of steps.
struct IntegrationWorkflow: Sendable {
    let name: String
    let steps: [IntegrationStep]
}
