public import ArgumentParser
import WorkflowCommandLine
import WorkflowCore
public import WorkflowPlatform

extension Role: ExpressibleByArgument {}

/// A thing that people have roles on.
struct PlatformScope {
    /// `company`, `organization`, `project` or `workflow`.
    let kind: String
    let item: PlatformItem

    /// The path of the thing.
    var path: String { "/\(PlatformDirectory.plural(kind))/\(item.id)" }
    /// The thing, for messages.
    var text: String { "the \(kind) \(item.slug)" }
}

/// What a role is on: a company, or an organization or a project of one.
struct ScopeOptions: ParsableArguments {
    @Option(help: "The company: its short name or identifier; by default that of the context, or the only one.")
    var company: String?

    @Option(help: "An organization of the company, instead of the company.")
    var organization: String?

    @Option(help: "A project, instead of the company: its name, company/project or identifier.")
    var project: String?

    func validate() throws {
        guard organization == nil || project == nil else {
            throw ValidationError("Pass --organization or --project, not both; a project may be written \(Self.path).")
        }
    }

    private static let path = "company/organization/project"

    /// Finds the thing.
    ///
    /// - Throws: ``CommandFailure``.
    func find(_ client: PlatformClient) async throws -> PlatformScope {
        let directory = PlatformDirectory(client: client, companyName: company)
        if let project { return PlatformScope(kind: "project", item: try await directory.project(project)) }
        let company = try await directory.company()
        guard let organization else { return PlatformScope(kind: "company", item: company) }
        return PlatformScope(kind: "organization", item: try await directory.organization(organization, of: company))
    }
}
