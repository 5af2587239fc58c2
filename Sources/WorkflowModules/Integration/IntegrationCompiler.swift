import Logging
import WorkflowCore

/// Checks the workflows of the section and makes them ready to run.
struct IntegrationCompiler {
    /// Names that mean something else in expressions, or in `onSuccess` and `onError`.
    private static let reservedNames: Set = ["data", "steps", "result", "input", "execution", "end"]

    let connectors: [String: any IntegrationConnector]
    /// The names of the connectors in their order, also of those that steps cannot call.
    let known: [(name: String, kind: ConnectorKind)]
    let logger: Logger
    private(set) var issues: [ConfigurationIssue] = []

    init(connectors: [String: any IntegrationConnector], known: [(name: String, kind: ConnectorKind)], logger: Logger) {
        self.connectors = connectors
        self.known = known
        self.logger = logger
    }

    /// Compiles a workflow; what is wrong with it is added to ``issues``.
    mutating func compile(
        _ name: String, _ steps: [IntegrationWorkflowModule.StepConfiguration]
    ) -> IntegrationWorkflow {
        let stepNames = steps.map(\.name.value)
        checkNames(steps)
        let names = StepNames(stepNames)
        let compiled = steps.compactMap { step -> IntegrationStep? in
            let before = issues.count
            let call = self.call(step, names)
            let input = template(step.input.node, names)
            let transform = self.transform(step.transform.node, names)
            guard let call, issues.count == before else { return nil }
            return IntegrationStep(
                name: step.name.value, connector: step.connector.value, call: call, input: input, transform: transform,
                retryCount: step.retryCount, retryDelay: step.retryDelay,
                onSuccess: target(step.onSuccess, stepNames, otherwise: .next),
                onError: target(step.onError, stepNames, otherwise: step.onError.value.isEmpty ? .failure : .next))
        }
        return IntegrationWorkflow(name: name, steps: compiled)
    }

    /// Records what `body` throws.
    mutating func gather(_ body: () throws -> Void) {
        do {
            try body()
        } catch let error as ConfigurationError {
            issues += error.issues
        } catch {
            issues.append(ConfigurationIssue(location: SourceLocation(file: "<config>"), path: "", message: "\(error)"))
        }
    }

    private mutating func checkNames(_ steps: [IntegrationWorkflowModule.StepConfiguration]) {
        var taken: Set<String> = []
        for name in steps.map(\.name) {
            if name.value.isEmpty || name.value.utf8.count > 100 {
                issues.append(name.issue("must have between 1 and 100 bytes"))
            } else if Self.reservedNames.contains(name.value) {
                issues.append(name.issue("\"\(name.value)\" means something else", suggestion: "choose another name"))
            } else if !taken.insert(name.value).inserted || !taken.insert("\(name.value)_error").inserted {
                issues.append(name.issue("the name \"\(name.value)\" is taken by another step"))
            }
        }
    }

    private mutating func call(
        _ step: IntegrationWorkflowModule.StepConfiguration, _ names: StepNames
    ) -> (any ConnectorCall)? {
        let name = step.connector
        guard let connector = connectors[name.value] else {
            let kind = known.first { $0.name == name.value }?.kind
            let callable = known.filter { $0.kind != .webhook }.map(\.name)
            switch kind {
            case nil:
                issues.append(
                    name.issue(
                        "there is no connector \"\(name.value)\"",
                        suggestion: Suggestion.text(for: name.value, among: callable, what: "connectors")))
            case .webhook?:
                issues.append(
                    name.issue("\"\(name.value)\" takes requests; a step cannot call a connector of type webhook"))
            // What is wrong with the connector has been told.
            case .http?, .database?: break
            }
            return nil
        }
        var call: (any ConnectorCall)?
        gather { call = try connector.call(for: step, names: names) }
        return call
    }

    private mutating func template(_ node: ConfigurationNode?, _ names: StepNames) -> JSONTemplate? {
        var template: JSONTemplate?
        gather { template = try node.map { try names.template($0) } }
        return template
    }

    private mutating func transform(_ node: ConfigurationNode?, _ names: StepNames) -> IntegrationStep.Transform? {
        guard let node else { return nil }
        guard let text = node.text, !text.contains("${") else { return template(node, names).map { .template($0) } }
        do {
            return .expression(try names.expression(text))
        } catch {
            issues.append(error.issue(at: node))
            return nil
        }
    }

    private func target(
        _ name: Located<String>, _ steps: [String], otherwise: IntegrationFlow.Target
    ) -> IntegrationFlow.Target {
        if name.value.isEmpty { return otherwise }
        if name.value == "end" { return .end }
        if let index = steps.firstIndex(of: name.value) { return .step(index) }
        let hint = Suggestion.closest(to: name.value, among: steps).map { "; did you mean \"\($0)\"?" } ?? ""
        logger.warning(
            "This names no step, so the next one follows\(hint)",
            metadata: ["place": "\(name.location)", "name": "\(name.value)"])
        return otherwise
    }
}
