import WorkflowCore
import WorkflowStore

extension Company: NamedResource {
    typealias Table = CompanyTable

    static let level = ResourceLevel.company
    var owningCompany: ID<Company> { id }
    var document: JSONObject { Documents.make(self) }

    static func workflows(of id: ID<Company>, _ connection: any SQLConnection) throws -> [DeploymentKey] {
        try WorkflowTable.ofCompany(id, connection)
    }
}

extension Organization: NamedResource {
    typealias Table = OrganizationTable

    static let level = ResourceLevel.organization
    var owningCompany: ID<Company> { company }
    var document: JSONObject { Documents.make(self) }

    static func workflows(of id: ID<Organization>, _ connection: any SQLConnection) throws -> [DeploymentKey] {
        try WorkflowTable.ofOrganization(id, connection)
    }
}

extension Project: NamedResource {
    typealias Table = ProjectTable

    static let level = ResourceLevel.project
    var owningCompany: ID<Company> { company }
    var document: JSONObject { Documents.make(self) }

    mutating func change(_ call: APICall) {
        if let description = call.text("description") { self.description = description }
    }

    static func workflows(of id: ID<Project>, _ connection: any SQLConnection) throws -> [DeploymentKey] {
        try WorkflowTable.ofProject(id, connection)
    }
}
