import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl audit verify`
struct VerifyAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Checks that an audit log is as it was written; ends with 1 when it is not.",
        usage: "wfctl audit verify [<file>] [<options>]",
        discussion: """
            Without a file the platform checks its own log. A file is an export, whose chain of hashes is computed anew \
            here, so that nobody has to trust the platform. Keep the head that is shown: with --head a later export \
            proves that nothing before was changed or cut off.

              wfctl audit export > audit.ndjson
              wfctl audit verify audit.ndjson --head 4f2a…
            """)

    @Argument(help: "An export; - for standard input.", completion: .file())
    var file: String?

    @Option(help: "With a file: a hash that was the head before, and must be in the log.")
    var head: String?

    @OptionGroup var place: CompanyOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if head != nil, file == nil { throw ValidationError("--head goes with a file.") }
        if file != nil, let company = place.company, !PlatformDirectory.isID(company) {
            throw ValidationError("With a file --company is the identifier of the company.")
        }
    }

    func run() async throws {
        let report: JSONValue
        if let file {
            report = try AuditExport(file: file, expectedHead: head, company: place.company).verify()
        } else {
            let client = try management.platform()
            let company = try await PlatformDirectory(client: client).company(place.company)
            report = try await client.get("/companies/\(company.id)/audit/verify", "company \(company.slug)")
        }
        output.write(report) { width, style in
            var facts = FactTable()
            facts.add("company", report.shown("company_id"))
            facts.add("valid", report["valid"]?.boolValue == true ? "yes" : "no")
            facts.add("entries", report.shown("entries"))
            facts.add("head", report.shown("head"))
            facts.add("first wrong", report.shown("first_invalid"))
            facts.add("reason", report.shown("reason"))
            return facts.lines(width: width, style: style)
        }
        guard report["valid"]?.boolValue == true else { throw ExitCode(ExitStatus.problem.rawValue) }
    }
}
