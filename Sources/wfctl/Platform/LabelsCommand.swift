import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// A label on the command line: `name=value`.
struct LabelArgument: ExpressibleByArgument {
    let name: String
    let value: String

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
        name = String(argument[..<sign])
        value = String(argument[argument.index(after: sign)...])
    }
}

/// Labels for people.
enum LabelText {
    /// The labels of a workflow in a line.
    static func line(_ workflow: JSONValue) -> String {
        (workflow["labels"]?.objectValue ?? [:]).map { "\($0)=\($1.stringValue ?? "")" }.joined(separator: ", ")
    }
}

/// `wfctl workflows labels`
struct LabelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "labels", abstract: "Shows and changes the labels by which workflows are found.",
        discussion: "`wfctl workflows list --label name=value` finds by them. They make no version.",
        subcommands: [ListLabels.self, SetLabels.self, RemoveLabels.self])
}

/// What a command about the labels of a workflow has.
struct LabelOptions: ParsableArguments {
    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var output: OutputOptions

    /// Writes the labels of a workflow.
    func write(_ workflow: JSONValue) {
        let labels = workflow["labels"]?.objectValue ?? [:]
        if labels.isEmpty, output.output == .table { return Console.note("\(workflow.shown("slug")) has no labels.") }
        output.write(.object(labels)) { width, style in
            var table = TextTable("label", "value")
            for (name, value) in labels { table.add(name, value.stringValue ?? "") }
            return table.lines(width: width, style: style)
        }
    }

    /// Changes the labels of a workflow, unless somebody else is quicker, and writes them.
    func change(_ body: (inout JSONObject, PlatformItem) throws -> Void) async throws {
        let (client, found) = try await workflow.find()
        var labels = found.json["labels"]?.objectValue ?? [:]
        try body(&labels, found)
        let answer = try await client.send(
            "PUT", "/workflows/\(found.id)", ["labels": .object(labels)], tag: found.tag)
        write(try answer.data("workflow \(found.slug)"))
    }
}

/// `wfctl workflows labels list`
struct ListLabels: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the labels of a workflow.",
        usage: "wfctl workflows labels list <workflow> [<options>]")

    @OptionGroup var labels: LabelOptions

    func run() async throws { labels.write(try await labels.workflow.find().workflow.json) }
}

/// `wfctl workflows labels set`
struct SetLabels: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Sets labels of a workflow; the others stay.",
        usage: "wfctl workflows labels set <workflow> <name=value> ... [<options>]")

    @OptionGroup var labels: LabelOptions

    @Argument(help: "The labels, as name=value.")
    var values: [LabelArgument]

    func run() async throws {
        try await labels.change { labels, _ in
            for label in values { labels[label.name] = .string(label.value) }
        }
    }
}

/// `wfctl workflows labels remove`
struct RemoveLabels: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes labels of a workflow; the others stay.",
        usage: "wfctl workflows labels remove <workflow> <name> ... [<options>]")

    @OptionGroup var labels: LabelOptions

    @Argument(help: "The names of the labels.")
    var names: [String]

    func run() async throws {
        try await labels.change { labels, workflow in
            for name in names where labels.removeValue(forKey: name) == nil {
                throw CommandFailure(
                    .notFound, "\(workflow.slug) has no label \"\(name)\".",
                    hint: Suggestion.closest(to: name, among: Array(labels.keys)).map { "did you mean \"\($0)\"?" }
                        ?? "`wfctl workflows labels list \(workflow.slug)` shows them")
            }
        }
    }
}
