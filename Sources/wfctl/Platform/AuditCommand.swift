import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl audit`: what has happened in a company.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Shows, exports and verifies the audit log of a company on a platform.",
        subcommands: [ListAudit.self, ExportAudit.self, VerifyAudit.self])
}

/// `wfctl audit list`
struct ListAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists what has happened in a company, the newest first.",
        usage: "wfctl audit list [<options>]",
        discussion: "The table shows the end of the identifier of what it happened to; --output json has all of it.")

    @Option(help: "Only this action, such as workflow.deploy.")
    var action: String?

    @Option(help: "Only what was done by the user with this identifier.")
    var user: String?

    @Option(help: "Only what was done to the thing with this identifier.")
    var resource: String?

    @Option(help: "Only from this time on, such as 2026-01-31T00:00:00Z.")
    var since: String?

    @Option(help: "Only before this time.")
    var until: String?

    @OptionGroup var place: CompanyOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.platform()
        let company = try await PlatformDirectory(client: client).company(place.company)
        let query = QueryText(
            ("action", action), ("user_id", user), ("resource_id", resource), ("since", since), ("until", until))
        let page = try await PlatformPage.read(
            client, "/companies/\(company.id)/audit", "company \(company.slug)", page, filters: query)
        page.write(
            output, none: "There are no such entries.",
            [
                .time("time", "created_at"), .member("who", "user_name"), .member("action"),
                ShownField("what") { entry in
                    let id = entry.shown("resource_id")
                    return id.isEmpty ? "" : "…\(id.suffix(12))"
                },
            ])
    }
}

/// `wfctl audit export`
struct ExportAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes the whole audit log: one JSON object in each line, the oldest first.",
        usage: "wfctl audit export [<options>]",
        discussion: "`wfctl audit verify FILE` checks it without the platform.")

    @OptionGroup var place: CompanyOptions

    @OptionGroup var management: ManagementOptions

    func run() async throws {
        let client = try management.platform()
        let company = try await PlatformDirectory(client: client).company(place.company)
        // Whole lines only: a part may end within a character.
        var rest: [UInt8] = []
        try await client.download("/companies/\(company.id)/audit/export") { bytes in
            rest += bytes
            guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
            Terminal.output.write(String(decoding: rest[...end], as: UTF8.self))
            rest.removeSubrange(...end)
        }
    }
}
