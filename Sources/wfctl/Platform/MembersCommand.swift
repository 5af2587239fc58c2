import ArgumentParser
import WorkflowCommandLine
import WorkflowCore
import WorkflowPlatform

/// `wfctl members`: who has a role on something.
struct MembersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "Shows and changes who has a role on a company, or on something in it.",
        discussion: """
            It is about the company, unless --organization, --project or --workflow names something in it. Roles on what \
            a thing lies in count for it, and are not in its list. Who is not in the company yet is invited: `wfctl \
            invitations create`.
            """,
        subcommands: [ListMembers.self, AddMember.self, SetMember.self, RemoveMember.self])
}

/// What the members are of.
struct MemberOptions: ParsableArguments {
    @OptionGroup var scope: ScopeOptions

    @Option(help: "A single workflow, instead of the company: its name, project/workflow or identifier.")
    var workflow: String?

    @OptionGroup var management: ManagementOptions

    func validate() throws {
        guard workflow == nil || scope.organization == nil else {
            throw ValidationError("Pass --organization or --workflow, not both.")
        }
    }

    /// Finds the thing and its members.
    ///
    /// - Throws: ``CommandFailure``.
    func find() async throws -> PlatformMembers {
        let client = try management.platform()
        guard let workflow else { return PlatformMembers(client: client, scope: try await scope.find(client)) }
        let directory = PlatformDirectory(client: client, companyName: scope.company, projectName: scope.project)
        let found = try await directory.workflow(workflow)
        return PlatformMembers(client: client, scope: PlatformScope(kind: "workflow", item: found))
    }
}

/// `wfctl members list`
struct ListMembers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists who has a role on the thing itself, the newest first.",
        usage: "wfctl members list [<options>]")

    @OptionGroup var members: MemberOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let members = try await members.find()
        let page = try await PlatformPage.read(members.client, members.path, members.scope.text, page)
        page.write(
            output, none: "Nobody has a role on \(members.scope.text) itself.",
            [
                .member("e-mail", "email"), .member("name", "display_name"), .member("role"), .member("kind"),
                .time("since", "created_at"),
            ])
    }
}

/// `wfctl members add`
struct AddMember: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Gives somebody of the company a role.",
        usage: "wfctl members add <user> --role <role> [<options>]")

    @Argument(help: "Who: the e-mail address, the name or the identifier of somebody who has a role in the company.")
    var user: String

    @Option(help: "The role; nobody gives a greater one than their own.")
    var role: Role

    @OptionGroup var members: MemberOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let members = try await members.find()
        let user = try await members.known(user)
        let body: JSONValue = ["user_id": .string(user.id), "role": .string(role.rawValue)]
        let document = try await members.client.send("POST", members.path, body).data(
            "user \(user.name) in the company")
        output.write(document) { _, _ in ["\(user.name) is \(role) of \(members.scope.text)."] }
    }
}

/// `wfctl members set`
struct SetMember: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Gives a member another role.",
        usage: "wfctl members set <user> --role <role> [<options>]")

    @Argument(help: "The member: the e-mail address, the name or the identifier.")
    var user: String

    @Option(help: "The role; nobody gives a greater one than their own.")
    var role: Role

    @OptionGroup var members: MemberOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let members = try await members.find()
        let user = try await members.member(user)
        let document = try await members.change(user, role)
        output.write(document) { _, _ in ["\(user.name) is \(role) of \(members.scope.text)."] }
    }
}

/// `wfctl members remove`
struct RemoveMember: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Takes away the role of a member; on a company, all roles on anything in it.",
        usage: "wfctl members remove <user> [<options>]")

    @Argument(help: "The member: the e-mail address, the name or the identifier.")
    var user: String

    @OptionGroup var members: MemberOptions

    @OptionGroup var confirmation: ConfirmationOptions

    func run() async throws {
        let members = try await members.find()
        let user = try await members.member(user)
        let role = members.scope.kind == "company" ? "all roles of \(user.name) in" : "the role of \(user.name) on"
        try confirmation.confirm("Take away \(role) \(members.scope.text) on \(members.client.url)?")
        try await members.client.delete("\(members.path)/\(user.id)", "member \(user.name)", tag: user.tag)
        Console.note("\(user.name) has no role on \(members.scope.text) any more.")
    }
}
