import ArgumentParser
import Foundation
import WorkflowCommandLine
import WorkflowCore

/// `wfctl transition`: makes a transition of an instance.
struct TransitionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transition", abstract: "Makes a transition of an instance, as the application would.",
        usage: "wfctl transition <id> <name> [<options>]",
        discussion: """
            Conditions are checked, hooks run, and the history says that it was an operator. When the instance changes \
            meanwhile, nothing is done, and the exit code is 4.

              wfctl transition order-17 release --data '{"reason": "checked by hand"}'
            """)

    @Argument(help: "The instance.")
    var id: String

    @Argument(help: "The transition; `wfctl instances show ID` lists those that are possible.")
    var name: String

    @Option(help: "The state machine, which the instance must be of.")
    var machine: String?

    @Option(help: "A JSON object to merge into the data of the instance, or @ and a file; @- for standard input.")
    var data: String?

    @Option(help: "Makes the transition once, however often the command is repeated within a day with this key.")
    var idempotencyKey: String?

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let data = try JSONArgument.object(data)
        let client = try management.client()
        let machine = if let machine { machine } else { try await InstancesCommand.machine(of: id, client) }
        let before = try await client.send("GET", InstancesCommand.path(machine, id))
        let state = try before.expectSuccess()["state"]?.stringValue ?? ""
        try confirmation.confirm("Make the transition \(name) of \(id), which is \(state), on \(client.url)?")
        let body: JSONValue = ["transition": .string(name), "data": .object(data)]
        var headers = [("content-type", "application/json")]
        if let idempotencyKey {
            // A repetition finds the instance changed, by itself.
            headers.append(("idempotency-key", idempotencyKey))
        } else {
            headers.append(("idempotency-key", UUID().uuidString))
            if let tag = before.etag { headers.append(("if-match", tag)) }
        }
        let answer = try await client.send(
            "POST", InstancesCommand.path(machine, id, "/transitions"), body: body.jsonBytes(), headers: headers)
        let document = try answer.expectSuccess()
        output.write(document) { _, _ in
            let next = document["transitions"]?.arrayValue?.compactMap(\.stringValue) ?? []
            let now = document["state"]?.stringValue ?? ""
            return ["\(id) is \(now)" + (next.isEmpty ? "." : "; possible next: \(next.joined(separator: ", ")).")]
        }
    }
}
