import WorkflowCommandLine
import WorkflowCore

/// Something on a platform, found by what a person calls it.
struct PlatformItem: Sendable {
    let json: JSONValue

    var id: String { json.shown("id") }
    var slug: String { json.shown("slug") }
    /// What is kept with a context.
    var place: ContextEntry.Place { ContextEntry.Place(id: id, slug: slug) }

    /// Whether a person may mean it: by its short name, or by its whole name.
    func isCalled(_ name: String) -> Bool { slug == name || json.shown("name") == name }
}

/// Finds companies, organizations, projects and workflows by their identifiers or names.
struct PlatformDirectory: Sendable {
    let client: PlatformClient
    /// The company of the command line; `nil` for that of the context.
    var companyName: String?
    /// The project of the command line; `nil` for that of the context.
    var projectName: String?

    /// A company.
    ///
    /// - Parameter name: Its identifier, short name or name; `nil` for the one that is used, or the only one.
    /// - Throws: ``CommandFailure`` when there is none.
    func company(_ name: String? = nil) async throws -> PlatformItem {
        let name = name ?? companyName ?? client.company?.id
        if let name, Self.isID(name) { return try await show("/companies/\(name)", "company \(name)") }
        let all = try await list("/companies", "company")
        return try choose(
            name, among: all, "company", hint: "pass --company, or choose one with `wfctl companies use NAME`")
    }

    /// An organization of a company.
    func organization(_ name: String?, of company: PlatformItem) async throws -> PlatformItem {
        if let name, Self.isID(name) { return try await show("/organizations/\(name)", "organization \(name)") }
        let all = try await list("/companies/\(company.id)/organizations", "company \(company.slug)")
        return try choose(name, among: all, "organization", hint: "pass --organization")
    }

    /// A project.
    ///
    /// - Parameter path: Its identifier, its name, or `company/project` or `company/organization/project`; `nil` for
    ///   the one that is used, or the only one.
    func project(_ path: String? = nil) async throws -> PlatformItem {
        let path = path ?? projectName ?? (companyName == nil ? client.project?.id : nil)
        if let path, Self.isID(path) { return try await show("/projects/\(path)", "project \(path)") }
        let parts = try path.map { try Self.parts(of: $0, atMost: 3) } ?? []
        let company = try await company(parts.count > 1 ? parts[0] : nil)
        let organization = parts.count > 2 ? try await organization(parts[1], of: company) : nil
        let all =
            if let organization {
                try await list("/organizations/\(organization.id)/projects", "organization \(organization.slug)")
            } else {
                try await projects(of: company)
            }
        return try choose(
            parts.last, among: all, "project", hint: "pass --project, or choose one with `wfctl projects use NAME`")
    }

    /// All projects of a company that whoever is signed in may see.
    func projects(of company: PlatformItem) async throws -> [PlatformItem] {
        let answer = try await client.send("GET", "/companies/\(company.id)/organizations?page_size=1")
        // Who has a role on a project only sees no organizations.
        if answer.status == 403 { return try await projectsByRole(in: company) }
        var all: [PlatformItem] = []
        for organization in try await list("/companies/\(company.id)/organizations", "company \(company.slug)") {
            all += try await list("/organizations/\(organization.id)/projects", "organization \(organization.slug)")
        }
        return all
    }

    private func projectsByRole(in company: PlatformItem) async throws -> [PlatformItem] {
        let grants = try await client.get("/auth/memberships", "account").arrayValue ?? []
        var all: [PlatformItem] = []
        for grant in grants where grant.shown("company_id") == company.id {
            let id = grant.shown("resource_id")
            switch grant.shown("resource_type") {
            case "organization": all += try await list("/organizations/\(id)/projects", "organization \(id)")
            case "project": all.append(try await show("/projects/\(id)", "project \(id)"))
            default: break
            }
        }
        return all
    }

    /// A workflow.
    ///
    /// - Parameter path: Its identifier, its name, or `project/workflow`, `company/project/workflow` or
    ///   `company/organization/project/workflow`.
    func workflow(_ path: String) async throws -> PlatformItem {
        if Self.isID(path) { return try await show("/workflows/\(path)", "workflow \(path)") }
        let parts = try Self.parts(of: path, atMost: 4)
        let project = parts.dropLast().joined(separator: "/")
        let isInProject = !project.isEmpty || projectName != nil || (client.project != nil && companyName == nil)
        let all: [PlatformItem]
        if isInProject {
            let project = try await self.project(project.isEmpty ? nil : project)
            all = try await list("/projects/\(project.id)/workflows", "project \(project.slug)")
        } else {
            let company = try await company()
            all = try await list("/workflows", "workflow").filter { $0.json.shown("company_id") == company.id }
        }
        return try choose(parts.last, among: all, "workflow", hint: "name its project: project/workflow")
    }

    // MARK: - How it is found

    /// The one that a person means.
    private func choose(
        _ name: String?, among all: [PlatformItem], _ kind: String, hint: String
    ) throws -> PlatformItem {
        let found = name.map { name in all.filter { $0.isCalled(name) } } ?? all
        if found.count == 1 { return found[0] }
        let names = Set(all.map(\.slug)).sorted()
        guard let name else {
            let known = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
            throw CommandFailure(
                .usage,
                all.isEmpty ? "There is no \(kind) that you may see." : "It is not clear which \(kind) is meant.",
                hint: all.isEmpty ? "make one, or ask for a role in one" : "\(hint); there are \(known)")
        }
        guard found.isEmpty else {
            throw CommandFailure(
                .usage, "There are \(found.count) that are called \"\(name)\".",
                hint: "\(hint), or give its identifier: \(found.prefix(5).map(\.id).joined(separator: ", "))")
        }
        throw CommandFailure(
            .notFound, "There is no \(kind) \"\(name)\", or you may not see it.",
            hint: Suggestion.closest(to: name, among: names).map { "did you mean \"\($0)\"?" }
                ?? "`wfctl \(Self.listing(kind))` shows what you may see")
    }

    private static func listing(_ kind: String) -> String {
        kind == "company" ? "companies list" : "\(kind)s list"
    }

    private func show(_ path: String, _ subject: String) async throws -> PlatformItem {
        PlatformItem(json: try await client.get(path, subject))
    }

    private func list(_ path: String, _ subject: String) async throws -> [PlatformItem] {
        var all: [PlatformItem] = []
        try await PlatformPage.each(client, path, subject) { page in
            all += page.map(PlatformItem.init)
            return true
        }
        return all
    }

    private static func parts(of path: String, atMost most: Int) throws -> [String] {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= most, !parts.contains("") else {
            throw CommandFailure(
                .usage, "\"\(path)\" is not the name of anything.",
                hint:
                    "write it as \(["company", "project", "workflow"].prefix(max(1, most - 1)).joined(separator: "/"))"
            )
        }
        return parts
    }

    /// Whether a text is an identifier.
    static func isID(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) != nil
    }
}
