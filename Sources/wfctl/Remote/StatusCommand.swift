import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl status`: what a server runs.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows what a server runs, its health and its last reload.",
        usage: "wfctl status [<options>]")

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.client()
        let answer = try await client.send("GET", "/api/workflow/status")
        guard var status = try answer.expectSuccess().objectValue, status["status"]?.stringValue != nil else {
            throw answer.notUnderstood("the answer has no \"status\"")
        }
        // An application that is not healthy answers with 503 and says why.
        let health = try await client.send("GET", "/healthz").json()
        status["health"] = health
        status["server"] = .string(client.url)
        output.write(.object(status)) { width, style in
            var lines = Self.facts(status).lines(width: width, style: style)
            let modules = status["modules"]?.arrayValue ?? []
            if !modules.isEmpty { lines += [""] + Self.table(modules).lines(width: width, style: style) }
            return lines
        }
    }

    private static func facts(_ status: JSONObject) -> FactTable {
        var facts = FactTable()
        facts.add("server", status["server"]?.stringValue)
        let generation = status["generation"]?.intValue.map { ", generation \($0)" } ?? ""
        let since = status["since"].map { ", since \(ShownTime.text($0))" } ?? ""
        facts.add("status", (status["status"]?.stringValue ?? "") + generation + since)
        facts.add("health", health(status["health"]))
        facts.add("config", status["configHash"]?.stringValue.map { String($0.prefix(16)) })
        if let reload = status["lastReload"] { facts.add("last reload", ChangeReport.summary(of: reload)) }
        return facts
    }

    private static func health(_ document: JSONValue?) -> String {
        let problems = (document?["checks"]?.objectValue ?? [:]).filter { $0.value["status"]?.stringValue != "healthy" }
            .map { name, check in
                let message = check["message"]?.stringValue.map { ": \($0)" } ?? ""
                return "\(name) is \(check["status"]?.stringValue ?? "unknown")\(message)"
            }
        return ([document?["status"]?.stringValue ?? "unknown"] + problems).joined(separator: "; ")
    }

    private static func table(_ modules: [JSONValue]) -> TextTable {
        var table = TextTable("module", "type", "state", "generation")
        for module in modules {
            table.add(
                module["name"]?.stringValue ?? "", module["type"]?.stringValue ?? "",
                module["state"]?.stringValue ?? "", module["generation"]?.intValue.map(String.init) ?? "")
        }
        return table
    }
}
