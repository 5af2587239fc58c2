/// What something on a platform lies in, as far as the command line and the context say so.
struct PlatformWhereabouts {
    var company: ContextEntry.Place?
    var organization: ContextEntry.Place?
    var project: ContextEntry.Place?

    /// What a list leaves out.
    var query: QueryText {
        QueryText(("company", company?.id), ("organization", organization?.id), ("project", project?.id))
    }

    /// Where, for messages: ` in acme/shop`; empty when nothing is known.
    var text: String {
        if let project, company == nil { return " in the project \(project.slug)" }
        let path = [company, organization, project].compactMap { $0?.slug }.joined(separator: "/")
        return path.isEmpty ? "" : " in \(path)"
    }

    /// The wider place without its narrowest part, which is the second value; `nil` when there is none.
    var narrowest: (kind: String, place: ContextEntry.Place, outer: PlatformWhereabouts)? {
        if let project {
            return ("project", project, PlatformWhereabouts(company: company, organization: organization))
        }
        if let organization { return ("organization", organization, PlatformWhereabouts(company: company)) }
        return company.map { ("company", $0, PlatformWhereabouts()) }
    }
}

extension ContextEntry.Place {
    /// Something by what a person calls it.
    init(called name: String) {
        self.init(id: name, slug: name)
    }
}
