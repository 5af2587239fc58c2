import ArgumentParser

/// Which company a command is about.
struct CompanyOptions: ParsableArguments {
    @Option(help: "The company: its short name or identifier; by default that of the context, or the only one.")
    var company: String?
}

/// Which environment of a workflow a command is about.
struct EnvironmentOptions: ParsableArguments {
    @Option(help: "The environment; by default prod.")
    var environment: String?

    /// What requests say of it.
    var query: QueryText { QueryText(("environment", environment)) }

    /// Where, for questions; empty when none is named.
    var place: String { environment.map { " in \($0)" } ?? "" }
}

/// Which project a command is about.
struct ProjectOptions: ParsableArguments {
    @Option(help: "The company: its short name or identifier; by default that of the context, or the only one.")
    var company: String?

    @Option(help: "The project: its name, company/project or identifier; by default that of the context.")
    var project: String?

    /// Finds what a person names, in this company and project.
    func directory(_ client: PlatformClient) -> PlatformDirectory {
        PlatformDirectory(client: client, companyName: company, projectName: project)
    }
}
