import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl instances`: the instances of state machines.
struct InstancesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instances", abstract: "Shows the instances of state machines on a server.",
        subcommands: [ListInstances.self, ShowInstance.self])

    private static let path = "/api/workflow/instances"

    /// The path of an instance.
    static func path(_ machine: String, _ id: String, _ rest: String = "") -> String {
        "\(path)/\(ManagementClient.encoded(machine))/\(ManagementClient.encoded(id))\(rest)"
    }

    /// A page of instances.
    static func page(_ client: ManagementClient, _ query: QueryText) async throws -> (found: [JSONValue], next: String?)
    {
        let answer = try await client.send("GET", path + query.text)
        let document = try answer.expectSuccess()
        guard let instances = document["instances"]?.arrayValue else {
            throw answer.notUnderstood("the answer has no \"instances\"")
        }
        return (instances, document["next"]?.stringValue)
    }

    /// The state machine of an instance.
    ///
    /// - Throws: ``CommandFailure`` `.notFound`.
    static func machine(of id: String, _ client: ManagementClient) async throws -> String {
        var query = QueryText()
        query.add("id", id)
        guard let machine = try await page(client, query).found.first?["machine"]?.stringValue else {
            throw CommandFailure(.notFound, "There is no instance \"\(id)\".", hint: "see `wfctl instances list`")
        }
        return machine
    }
}

/// `wfctl instances list`
struct ListInstances: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists instances by identifier, without their data.",
        usage: "wfctl instances list [<options>]",
        discussion: """
            When there are more, their cursor is told; pass it with --cursor to go on.
            """)

    @Option(help: "Only those of this state machine.")
    var machine: String?

    @Option(help: "Only those in this state.")
    var state: String?

    @Flag(help: "Only those that have not reached a final state; found much faster among many that have.")
    var open = false

    @Option(help: "How many at most, from 1 to 10000.")
    var limit = 100

    @Option(help: "Where to go on.")
    var cursor: String?

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit is from 1 to 10000.") }
    }

    func run() async throws {
        let client = try management.client()
        var instances: [JSONValue] = []
        var next = cursor
        repeat {
            // The server looks at so many at a time; a page may be empty although there are more.
            var query = QueryText()
            query.add("machine", machine)
            query.add("state", state)
            query.add("completed", open ? "false" : nil)
            query.add("limit", "\(min(1000, limit - instances.count))")
            query.add("cursor", next)
            let page = try await InstancesCommand.page(client, query)
            instances += page.found
            next = page.next
        } while next != nil && instances.count < limit
        let document: JSONValue = ["instances": .array(instances), "next": next.map { .string($0) } ?? .null]
        if instances.isEmpty, output.output == .table { return Console.note("There are no such instances.") }
        output.write(document) { width, style in
            var table = TextTable("id", "machine", "state", "updated", "error")
            for instance in instances {
                table.add(
                    instance["id"]?.stringValue ?? "", instance["machine"]?.stringValue ?? "",
                    (instance["state"]?.stringValue ?? "")
                        + (instance["completed"]?.boolValue == true ? " (completed)" : ""),
                    ShownTime.text(instance["updatedAt"]), instance["error"]?.stringValue ?? "")
            }
            return table.lines(width: width, style: style)
        }
        if let next, output.output == .table { Console.note("There are more: --cursor \(next)") }
    }
}
