import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl promotions`: versions on their way from one environment to another.
struct PromotionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promotions",
        abstract: "Has what runs in one environment run in another one, with approval where that is needed.",
        subcommands: [ListPromotions.self, CreatePromotion.self, ApprovePromotion.self, RejectPromotion.self])
}

/// `wfctl promotions list`
struct ListPromotions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the promotions of a workflow, the newest first.",
        usage: "wfctl promotions list <workflow> [<options>]")

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        let page = try await PlatformPage.read(
            client, "/workflows/\(found.id)/promotions", "workflow \(found.slug)", page)
        page.write(
            output, none: "Nothing of \(found.slug) was promoted, and nobody has asked for it.",
            [
                .member("id"), .member("version"), .member("from"), .member("to"), .member("status"),
                .time("asked", "created_at"), .member("comment"),
            ])
    }
}

/// `wfctl promotions create`
struct CreatePromotion: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Promotes a workflow, or asks for it where an approval is needed.",
        usage: "wfctl promotions create <workflow> --from <env> --to <env>",
        discussion: "What runs in --from is to run in --to. `wfctl environments list` shows what needs an approval.")

    @Option(help: "The environment in which the version runs.")
    var from: String

    @Option(help: "The environment in which it is to run.")
    var to: String

    @Option(help: "For who decides about it, or reads it later.")
    var comment: String?

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        try confirmation.confirm("Have what runs of \(found.slug) in \(from) run in \(to) on \(client.url)?")
        let body = JSONObject(given: ("from", from), ("to", to), ("comment", comment))
        let answer = try await client.send("POST", "/workflows/\(found.id)/promote", .object(body), seconds: 120)
        try PlatformIssues.check(answer, nil, "<saved version>", "What ran before goes on.")
        let promotion = try answer.data("workflow \(found.slug)")
        output.write(promotion) { _, _ in
            let what = "version \(promotion.shown("version")) of \(found.slug)"
            guard promotion.shown("status") == "pending" else { return ["\(what) runs in \(to)."] }
            return ["\(what) waits for an approval: \(promotion.shown("id"))."]
        }
    }
}

/// What a decision about a promotion has.
struct PromotionDecision: ParsableArguments {
    @OptionGroup var workflow: WorkflowOptions

    @Argument(help: "The identifier of the promotion; by default the only one that waits.")
    var promotion: String?

    @Option(help: "For who reads it later.")
    var comment: String?

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var output: OutputOptions

    /// Asks, and decides.
    ///
    /// - Parameters:
    ///   - action: The last part of the path.
    ///   - verb: The question, without what it is about.
    /// - Throws: ``CommandFailure``; `ExitCode` for a version that cannot run, when that has been said.
    func make(_ action: String, _ verb: String) async throws {
        let (client, found) = try await workflow.find()
        let path = "/workflows/\(found.id)/promotions"
        let waiting = try await choose(try await PlatformPage.all(client, path, "workflow \(found.slug)"), found)
        let what = "version \(waiting.shown("version")) of \(found.slug) in \(waiting.shown("to"))"
        if !waiting.shown("comment").isEmpty { Console.note("It was asked for with: \(waiting.shown("comment"))") }
        try confirmation.confirm("\(verb) \(what) on \(client.url)?")
        let body = JSONObject(given: ("comment", comment))
        let id = waiting.shown("id")
        let answer = try await client.send("POST", "\(path)/\(id)/\(action)", .object(body), seconds: 120)
        try PlatformIssues.check(answer, nil, "<saved version>", "What ran before goes on, and the promotion waits on.")
        let promotion = try answer.data("promotion \(id)")
        output.write(promotion) { _, _ in
            [promotion.shown("status") == "done" ? "\(what) runs." : "\(what) is \(promotion.shown("status"))."]
        }
    }

    private func choose(_ all: [JSONValue], _ workflow: PlatformItem) async throws -> JSONValue {
        if let promotion {
            if let named = all.first(where: { $0.shown("id") == promotion }) { return named }
            throw CommandFailure(
                .notFound, "There is no promotion \(promotion) of \(workflow.slug).",
                hint: "`wfctl promotions list \(workflow.slug)` shows them")
        }
        let waiting = all.filter { $0.shown("status") == "pending" }
        guard let only = waiting.first else {
            throw CommandFailure(
                .notFound, "No promotion of \(workflow.slug) waits for an approval.",
                hint: "ask for one with `wfctl promotions create`")
        }
        guard waiting.count == 1 else {
            throw CommandFailure(
                .usage, "\(waiting.count) promotions of \(workflow.slug) wait for an approval.",
                hint: "name one: "
                    + waiting.map { "\($0.shown("id")) (to \($0.shown("to")))" }.joined(separator: ", "))
        }
        return only
    }
}

/// `wfctl promotions approve`
struct ApprovePromotion: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approves what somebody else has asked for, and has it run.",
        usage: "wfctl promotions approve <workflow> [<promotion>] [<options>]")

    @OptionGroup var decision: PromotionDecision

    func run() async throws { try await decision.make("approve", "Approve and run") }
}

/// `wfctl promotions reject`
struct RejectPromotion: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject",
        abstract: "Rejects what somebody else has asked for; nothing runs otherwise than before.",
        usage: "wfctl promotions reject <workflow> [<promotion>] [<options>]")

    @OptionGroup var decision: PromotionDecision

    func run() async throws { try await decision.make("reject", "Reject") }
}
