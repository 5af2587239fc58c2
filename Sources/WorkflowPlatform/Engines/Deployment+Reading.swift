import WorkflowCore

extension Deployment {
    /// What the configuration is called in messages.
    static let file = "workflow.yaml"

    /// Reads the configuration, with its variables and secrets in place.
    ///
    /// - Parameter folder: Where its files are; `nil` when it cannot have any.
    /// - Throws: ``ConfigurationError`` when it cannot be read at all, or asks for more than the limits allow.
    func read(in folder: String?) throws -> ApplicationConfiguration {
        try check(folder)
        let application = try ApplicationConfiguration(
            yaml: configuration, file: folder.map { "\($0)/\(Self.file)" } ?? Self.file, environment: variables,
            secrets: secrets.mapValues(\.value))
        let issues = issues(with: application)
        guard issues.isEmpty else { throw ConfigurationError(application.issues + issues) }
        return application
    }

    private func check(_ folder: String?) throws {
        var problems: [String] = []
        if configuration.utf8.count > limits.configurationBytes {
            problems.append("the configuration is larger than the limit of \(limits.configurationBytes) bytes")
        }
        if folder == nil, !files.isEmpty {
            problems.append("workflows have no files here")
        }
        if files.values.reduce(0, { $0 + $1.utf8.count }) > limits.filesBytes {
            problems.append("the files are larger than the limit of \(limits.filesBytes) bytes")
        }
        problems += files.keys.sorted().compactMap { DeploymentFiles.problem(with: $0) }
        guard problems.isEmpty else {
            throw ConfigurationError(
                problems.map { .init(location: SourceLocation(file: Self.file), path: "", message: $0) })
        }
    }

    private func issues(with application: ApplicationConfiguration) -> [ConfigurationIssue] {
        var issues: [ConfigurationIssue] = []
        if let first = application.modules.dropFirst(limits.modules).first {
            issues.append(
                ConfigurationIssue(
                    location: first.location, path: first.path,
                    message: "there are \(application.modules.count) modules, more than the limit of \(limits.modules)")
            )
        }
        // They would fill the disk beside the store.
        let loggers = application.modules.filter { $0.type == "eventlogger.modular" }.map(\.configuration)
        let shared = application.settings.filter { $0.name == "eventlogger" }.map(\.configuration)
        for output in (loggers + shared).compactMap({ $0["output"] }) where output.text == "file" {
            issues.append(
                ConfigurationIssue(
                    location: output.location, path: output.path, message: "workflows write no files here",
                    suggestion: "output: log"))
        }
        return issues
    }
}
