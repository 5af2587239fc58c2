import WorkflowCommandLine

/// Remembers with a context what commands are about that name nothing.
enum PlatformPlace {
    /// Remembers a company and a project.
    ///
    /// - Parameters:
    ///   - project: The project; `nil` for none any more.
    ///   - client: The platform.
    /// - Throws: ``CommandFailure`` when there is no context to keep them with.
    static func use(
        _ company: ContextEntry.Place, _ project: ContextEntry.Place?, _ client: PlatformClient
    ) async throws {
        guard let name = client.context else {
            throw CommandFailure(
                .usage, "There is no context to keep it with.", hint: "log in to \(client.url) with `wfctl login`")
        }
        try await ServerContexts.change { contexts in
            var entry = try contexts.entry(name)
            (entry.company, entry.project) = (company, project)
            contexts.set(name, entry)
        }
        let path = [company.slug, project?.slug].compactMap { $0 }.joined(separator: "/")
        Console.note("\(path) is used from now on with \(name).")
    }
}
