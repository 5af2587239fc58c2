import WorkflowCore

/// Finds names of a test file that the application does not have, so that nothing is expected of what cannot be.
enum NameChecks {
    /// - Throws: ``ConfigurationError`` with every name that is not there.
    static func check(_ file: TestFile, against configuration: ApplicationConfiguration) throws {
        let components = configuration.modules.filter { $0.type == "dynamic.component" }.map(\.name)
        var issues: [ConfigurationIssue] = []
        for mocks in [file.content.mocks] + file.content.tests.map(\.mocks) {
            for mock in mocks.components.entries where !components.contains(mock.name) {
                issues.append(issue(mock.name, mock.location, mock.path, components))
            }
        }
        let calls = file.content.tests.flatMap(\.steps).flatMap { $0.value.expect?.calls ?? [] }
        for call in calls where !components.contains(call.component.value) {
            issues.append(issue(call.component.value, call.component.location, call.component.path, components))
        }
        if !issues.isEmpty { throw ConfigurationError(issues) }
    }

    private static func issue(
        _ name: String, _ location: SourceLocation, _ path: String, _ components: [String]
    ) -> ConfigurationIssue {
        ConfigurationIssue(
            location: location, path: path, message: "the application has no dynamic.component \"\(name)\"",
            suggestion: Suggestion.text(for: name, among: components, what: "components"))
    }
}
