import WorkflowCore
import WorkflowStore

extension Company: NamedResource {
    static let level = ResourceLevel.company
    var owningCompany: ID<Company> { id }
    var document: JSONObject { Documents.make(self) }

    static func find(_ id: ID<Company>, _ connection: any SQLConnection) throws -> Company? {
        try CompanyTable.find(id, connection)
    }

    func update(_ connection: any SQLConnection) throws -> Bool { try CompanyTable.update(self, connection) }

    static func delete(_ id: ID<Company>, _ connection: any SQLConnection) throws {
        try CompanyTable.delete(id, connection)
    }

    static func workflows(of id: ID<Company>, _ connection: any SQLConnection) throws -> [DeploymentKey] {
        try WorkflowTable.ofCompany(id, connection)
    }
}

extension Organization: NamedResource {
    static let level = ResourceLevel.organization
    var owningCompany: ID<Company> { company }
    var document: JSONObject { Documents.make(self) }

    static func find(_ id: ID<Organization>, _ connection: any SQLConnection) throws -> Organization? {
        try OrganizationTable.find(id, connection)
    }

    func update(_ connection: any SQLConnection) throws -> Bool { try OrganizationTable.update(self, connection) }

    static func delete(_ id: ID<Organization>, _ connection: any SQLConnection) throws {
        try OrganizationTable.delete(id, connection)
    }

    static func workflows(of id: ID<Organization>, _ connection: any SQLConnection) throws -> [DeploymentKey] {
        try WorkflowTable.ofOrganization(id, connection)
    }
}

extension Project: NamedResource {
    static let level = ResourceLevel.project
    var owningCompany: ID<Company> { company }
    var document: JSONObject { Documents.make(self) }

    mutating func change(_ call: APICall) {
        if let description = call.text("description") { self.description = description }
    }

    static func find(_ id: ID<Project>, _ connection: any SQLConnection) throws -> Project? {
        try ProjectTable.find(id, connection)
    }

    func update(_ connection: any SQLConnection) throws -> Bool { try ProjectTable.update(self, connection) }

    static func delete(_ id: ID<Project>, _ connection: any SQLConnection) throws {
        try ProjectTable.delete(id, connection)
    }

    static func workflows(of id: ID<Project>, _ connection: any SQLConnection) throws -> [DeploymentKey] {
        try WorkflowTable.ofProject(id, connection)
    }
}
