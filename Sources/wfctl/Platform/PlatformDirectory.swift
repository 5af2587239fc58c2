import WorkflowCommandLine
import WorkflowCore

/// Something on a platform, found by what a person calls it.
struct PlatformItem: Sendable {
    let json: JSONValue

    var id: String { json.shown("id") }
    var slug: String { json.shown("slug") }
    /// What is kept with a context.
    var place: ContextEntry.Place { ContextEntry.Place(id: id, slug: slug) }

    /// The state that a change is for.
    var tag: String? { json["revision"]?.intValue.map { "\"r\($0)\"" } }

    /// Whether a person may mean it: by its identifier, its short name or its whole name.
    func isCalled(_ name: String) -> Bool { id == name || slug == name || json.shown("name") == name }
}

/// Finds companies, organizations, projects and workflows by their identifiers or names, in the lists of what one may
/// see, so that a role on a single project or workflow is enough.
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
        try await find("company", name ?? companyName ?? client.company?.id, PlatformWhereabouts())
    }

    /// An organization of a company.
    func organization(_ name: String?, of company: PlatformItem) async throws -> PlatformItem {
        try await find("organization", name, PlatformWhereabouts(company: company.place))
    }

    /// A project.
    ///
    /// - Parameter path: Its identifier, its name, or `company/project` or `company/organization/project`; `nil` for
    ///   the one that is used, or the only one.
    func project(_ path: String? = nil) async throws -> PlatformItem {
        let path = path ?? projectName ?? (companyName == nil ? client.project?.id : nil)
        if let path, Self.isID(path) { return try await show("/projects/\(path)", "project \(path)") }
        let parts = try path.map { try Self.parts(of: $0, atMost: 3) } ?? []
        return try await find("project", parts.last, place(ofProject: parts.dropLast()))
    }

    /// A workflow.
    ///
    /// - Parameter path: Its identifier, its name, or `project/workflow`, `company/project/workflow` or
    ///   `company/organization/project/workflow`.
    func workflow(_ path: String) async throws -> PlatformItem {
        if Self.isID(path) { return try await show("/workflows/\(path)", "workflow \(path)") }
        let parts = try Self.parts(of: path, atMost: 4)
        return try await find("workflow", parts.last, try place(ofWorkflow: parts.dropLast()))
    }

    /// Where workflows are that nothing more is said of.
    var place: PlatformWhereabouts {
        get throws { try place(ofWorkflow: []) }
    }

    /// Says what is wrong with a place in which nothing was found, if something is.
    ///
    /// - Throws: ``CommandFailure`` when there is no such place.
    func check(_ place: PlatformWhereabouts) async throws {
        guard let (kind, named, outer) = place.narrowest else { return }
        _ = try await find(kind, named.id, outer)
    }

    // MARK: - How it is found

    /// What a workflow lies in: what its path says, else the command line, else the context.
    private func place(ofWorkflow path: ArraySlice<String>) throws -> PlatformWhereabouts {
        if let project = path.last {
            var place = Self.isID(project) ? PlatformWhereabouts() : place(ofProject: path.dropLast())
            place.project = ContextEntry.Place(called: project)
            return place
        }
        if let projectName { return try place(ofWorkflow: Self.parts(of: projectName, atMost: 3)[...]) }
        var place = place(ofProject: [])
        if companyName == nil { place.project = client.project }
        return place
    }

    private func place(ofProject path: ArraySlice<String>) -> PlatformWhereabouts {
        PlatformWhereabouts(
            company: (path.first ?? companyName).map(ContextEntry.Place.init(called:)) ?? client.company,
            organization: path.dropFirst().first.map(ContextEntry.Place.init(called:)))
    }

    /// The one that a person means, in a place.
    private func find(_ kind: String, _ name: String?, _ place: PlatformWhereabouts) async throws -> PlatformItem {
        // The list of companies is short, and has no filters.
        guard let name, kind != "company" else { return try choose(name, among: await list(kind, place), kind, place) }
        let found = try await list(kind, place, name)
        guard found.isEmpty else { return try choose(name, among: found, kind, place) }
        let others = try await list(kind, place)
        if others.isEmpty { try await check(place) }
        return try choose(name, among: others, kind, place)
    }

    private func choose(
        _ name: String?, among all: [PlatformItem], _ kind: String, _ place: PlatformWhereabouts
    ) throws -> PlatformItem {
        let found = name.map { name in all.filter { $0.isCalled(name) } } ?? all
        if found.count == 1 { return found[0] }
        let names = Set(all.map(\.slug)).sorted()
        guard let name else {
            let known = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
            throw CommandFailure(
                .usage,
                all.isEmpty
                    ? "There is no \(kind)\(place.text) that you may see."
                    : "It is not clear which \(kind)\(place.text) is meant.",
                hint: all.isEmpty ? "make one, or ask for a role in one" : "\(Self.hint(kind)); there are \(known)")
        }
        guard found.isEmpty else {
            throw CommandFailure(
                .usage, "There are \(found.count) that are called \"\(name)\"\(place.text).",
                hint: "\(Self.hint(kind)), or give its identifier: \(found.prefix(5).map(\.id).joined(separator: ", "))"
            )
        }
        throw CommandFailure(
            .notFound, "There is no \(kind) \"\(name)\"\(place.text), or you may not see it.",
            hint: Suggestion.closest(to: name, among: names).map { "did you mean \"\($0)\"?" }
                ?? "`wfctl \(Self.plural(kind)) list` shows what you may see")
    }

    /// How a person says which one is meant.
    private static func hint(_ kind: String) -> String {
        switch kind {
        case "workflow": "name its project: project/workflow"
        case "organization": "pass --organization"
        default: "pass --\(kind), or choose one with `wfctl \(plural(kind)) use NAME`"
        }
    }

    /// What things of a kind are called in commands and paths.
    static func plural(_ kind: String) -> String { kind == "company" ? "companies" : "\(kind)s" }

    private func show(_ path: String, _ subject: String) async throws -> PlatformItem {
        PlatformItem(json: try await client.get(path, subject))
    }

    private func list(
        _ kind: String, _ place: PlatformWhereabouts, _ name: String? = nil
    ) async throws -> [PlatformItem] {
        var filters = place.query
        filters.add("name", name)
        return try await PlatformPage.all(client, "/\(Self.plural(kind))", "account", filters: filters)
            .map(PlatformItem.init)
    }

    private static func parts(of path: String, atMost most: Int) throws -> [String] {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= most, !parts.contains("") else {
            let form = ["company", "project", "workflow"].prefix(most - 1).joined(separator: "/")
            throw CommandFailure(.usage, "\"\(path)\" is not the name of anything.", hint: "write it as \(form)")
        }
        return parts
    }

    /// Whether a text is an identifier.
    static func isID(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) != nil
    }
}
