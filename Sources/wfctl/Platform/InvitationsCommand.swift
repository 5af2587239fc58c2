import ArgumentParser
import WorkflowCommandLine
import WorkflowCore
import WorkflowPlatform

/// `wfctl invitations`: roles that were offered to somebody.
struct InvitationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invitations", abstract: "Offers roles by e-mail, and shows and withdraws what was offered.",
        subcommands: [ListInvitations.self, CreateInvitation.self, RevokeInvitation.self])

    /// What is shown of one.
    static var fields: [ShownField] {
        [
            .member("e-mail", "email"), .member("role"), .member("on", "resource_type"),
            .time("until", "expires_at"), .member("id"),
        ]
    }
}

/// `wfctl invitations list`
struct ListInvitations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the invitations to anything in a company that nobody has accepted yet.",
        usage: "wfctl invitations list [<options>]")

    @OptionGroup var place: CompanyOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.platform()
        let company = try await PlatformDirectory(client: client).company(place.company)
        let page = try await PlatformPage.read(
            client, "/companies/\(company.id)/invitations", "company \(company.slug)", page)
        page.write(output, none: "No invitation waits.", InvitationsCommand.fields)
    }
}

/// `wfctl invitations create`
struct CreateInvitation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Offers a role to whoever has an e-mail address.",
        usage: "wfctl invitations create <email> --role <role> [<options>]",
        discussion: "It is for that address only, works once, and ends after a week.")

    @Argument(help: "The e-mail address.")
    var email: String

    @Option(help: "The role; nobody gives a greater one than their own.")
    var role: Role

    @OptionGroup var scope: ScopeOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.platform()
        let scope = try await scope.find(client)
        let body: JSONValue = ["email": .string(email), "role": .string(role.rawValue)]
        let made = try await client.send("POST", "\(scope.path)/invitations", body).data(scope.text)
        output.write(made) { _, _ in
            ["\(email) is offered to be \(role) of \(scope.text), until \(ShownTime.text(made["expires_at"]))."]
        }
    }
}

/// `wfctl invitations revoke`
struct RevokeInvitation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Withdraws an invitation that nobody has accepted yet.",
        usage: "wfctl invitations revoke <invitation> [<options>]")

    @Argument(help: "Its identifier, or the e-mail address when there is only one for it.")
    var invitation: String

    @OptionGroup var place: CompanyOptions

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var management: ManagementOptions

    func run() async throws {
        let client = try management.platform()
        let company = try await PlatformDirectory(client: client).company(place.company)
        let path = "/companies/\(company.id)/invitations"
        let found = try await PlatformPage.all(client, path, "company \(company.slug)")
            .filter { $0.shown("id") == invitation || $0.shown("email").lowercased() == invitation.lowercased() }
        guard let only = found.first else {
            throw CommandFailure(
                .notFound, "No invitation in \(company.slug) for \(invitation) waits.",
                hint: "`wfctl invitations list` shows those that do")
        }
        guard found.count == 1 else {
            throw CommandFailure(
                .usage, "There are \(found.count) invitations for \(invitation).",
                hint: "give the identifier: \(found.prefix(5).map { $0.shown("id") }.joined(separator: ", "))")
        }
        let text = "the invitation of \(only.shown("email")) as \(only.shown("role"))"
        try confirmation.confirm("Withdraw \(text) in \(company.slug) on \(client.url)?")
        try await client.delete("\(path)/\(only.shown("id"))", "such invitation")
        Console.note("It is withdrawn: \(text).")
    }
}
