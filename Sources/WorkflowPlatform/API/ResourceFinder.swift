import WorkflowStore

/// Finds out what a thing lies in.
enum ResourceFinder {
    /// The path of the thing that a route is about.
    ///
    /// - Returns: `nil` when there is none.
    static func path(
        _ reference: ResourceReference, _ text: String, _ connection: any SQLConnection
    ) throws -> ResourcePath? {
        switch reference.belonging {
        case nil: return try path(reference.level, text, connection)
        case .execution:
            guard let id = ID<Execution>(text), let workflow = try ExecutionTable.workflow(of: id, connection)
            else { return nil }
            return try WorkflowTable.find(workflow, connection)?.path
        case .iamProvider:
            guard let id = ID<IAMProvider>(text) else { return nil }
            return try IAMProviderTable.find(id, connection).map { ResourcePath(company: $0.provider.company) }
        case .iamMapping:
            guard let id = ID<IAMMapping>(text) else { return nil }
            return try IAMMappingTable.find(id, connection).map { ResourcePath(company: $0.company) }
        }
    }

    /// The path of a thing.
    ///
    /// - Returns: `nil` when there is none with this identifier.
    static func path(
        _ level: ResourceLevel, _ text: String, _ connection: any SQLConnection
    ) throws -> ResourcePath? {
        switch level {
        case .company:
            guard let id = ID<Company>(text), try CompanyTable.find(id, connection) != nil else { return nil }
            return ResourcePath(company: id)
        case .organization:
            guard let id = ID<Organization>(text), let organization = try OrganizationTable.find(id, connection)
            else { return nil }
            return ResourcePath(company: organization.company).appending(id)
        case .project:
            guard let id = ID<Project>(text), let project = try ProjectTable.find(id, connection) else { return nil }
            return ResourcePath(company: project.company).appending(project.organization).appending(id)
        case .workflow:
            guard let id = ID<Workflow>(text) else { return nil }
            return try WorkflowTable.find(id, connection)?.path
        }
    }
}
