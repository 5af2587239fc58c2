/// The kinds of things that roles are held on, from the widest to the narrowest.
public enum ResourceLevel: String, Sendable, Hashable, CaseIterable, Comparable {
    /// A whole company.
    case company
    /// An organization of a company.
    case organization
    /// A project of an organization.
    case project
    /// A workflow of a project.
    case workflow

    /// Whether a level is wider than another one.
    public static func < (left: Self, right: Self) -> Bool { left.depth < right.depth }

    private var depth: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// A thing with all that it lies in. A role on any of these counts for it.
public struct ResourcePath: Sendable, Hashable {
    /// The company.
    public let company: ID<Company>
    /// The organization, when the thing is one or lies in one.
    public let organization: ID<Organization>?
    /// The project, when the thing is one or lies in one.
    public let project: ID<Project>?
    /// The workflow, when the thing is one.
    public let workflow: ID<Workflow>?

    private init(
        company: ID<Company>, organization: ID<Organization>?, project: ID<Project>?, workflow: ID<Workflow>?
    ) {
        self.company = company
        self.organization = organization
        self.project = project
        self.workflow = workflow
    }

    /// A company.
    public init(company: ID<Company>) {
        self.init(company: company, organization: nil, project: nil, workflow: nil)
    }

    /// An organization of this company.
    public func appending(_ organization: ID<Organization>) -> ResourcePath {
        ResourcePath(company: company, organization: organization, project: nil, workflow: nil)
    }

    /// A project of this organization.
    public func appending(_ project: ID<Project>) -> ResourcePath {
        ResourcePath(company: company, organization: organization, project: project, workflow: nil)
    }

    /// A workflow of this project.
    public func appending(_ workflow: ID<Workflow>) -> ResourcePath {
        ResourcePath(company: company, organization: organization, project: project, workflow: workflow)
    }

    /// What kind of thing it is.
    public var level: ResourceLevel {
        if workflow != nil { return .workflow }
        if project != nil { return .project }
        return organization == nil ? .company : .organization
    }

    /// The identifier of the thing itself.
    public var resource: String {
        workflow?.text ?? project?.text ?? organization?.text ?? company.text
    }

    /// Whether a role on a thing counts here.
    func lies(in level: ResourceLevel, _ resource: String) -> Bool {
        switch level {
        case .company: company.text == resource
        case .organization: organization?.text == resource
        case .project: project?.text == resource
        case .workflow: workflow?.text == resource
        }
    }
}
