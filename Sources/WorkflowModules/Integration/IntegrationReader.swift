import WorkflowCore

/// Makes the connectors and workflows of the section.
struct IntegrationReader {
    let configuration: IntegrationWorkflowModule.Configuration
    let context: ModuleContext
    /// The connectors that steps can call.
    private(set) var connectors: [String: any IntegrationConnector] = [:]
    private var issues: [ConfigurationIssue] = []

    init(configuration: IntegrationWorkflowModule.Configuration, context: ModuleContext) {
        self.configuration = configuration
        self.context = context
    }

    /// Reads everything.
    ///
    /// - Throws: ``ConfigurationError`` with all that is wrong.
    mutating func read() throws -> [IntegrationWorkflow] {
        makeConnectors()
        var compiler = IntegrationCompiler(
            connectors: connectors, known: configuration.connectors.map { ($0.name.value, $0.kind) },
            logger: context.logger)
        var workflows: [IntegrationWorkflow] = []
        if !configuration.steps.isEmpty { workflows.append(compiler.compile(context.name, configuration.steps)) }
        for entry in configuration.workflows.entries {
            if let problem = problem(withName: entry.name) {
                issues.append(ConfigurationIssue(location: entry.location, path: entry.path, message: problem))
            }
            workflows.append(compiler.compile(entry.name, entry.value.steps))
        }
        issues += compiler.issues
        if !issues.isEmpty { throw ConfigurationError(issues) }
        return workflows
    }

    private mutating func makeConnectors() {
        var names: Set<String> = []
        for connector in configuration.connectors {
            let name = connector.name.value
            guard names.insert(name).inserted else {
                issues.append(connector.name.issue("there is another connector \"\(name)\""))
                continue
            }
            do {
                switch connector.kind {
                case .http: connectors[name] = try HTTPConnector(name, connector.config, context: context)
                case .database: connectors[name] = try DatabaseConnector(connector.config, services: context.services)
                case .webhook: break
                }
            } catch let error as ConfigurationError {
                issues += error.issues
            } catch {
                issues.append(connector.name.issue("\(error)"))
            }
        }
    }

    private func problem(withName name: String) -> String? {
        if name.isEmpty || name.utf8.count > 100 || name.contains("/") || name.contains(":") {
            return "the name of an integration has between 1 and 100 bytes, and neither / nor : in it"
        }
        guard name == context.name, !configuration.steps.isEmpty else { return nil }
        return "\"\(name)\" is the workflow of the steps above already"
    }
}
