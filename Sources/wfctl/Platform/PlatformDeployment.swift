import WorkflowCommandLine
import WorkflowCore

/// Puts a configuration on a platform: plan, question, version, deployment.
struct PlatformDeployment {
    let client: PlatformClient
    let directory: PlatformDirectory
    /// The workflow of the command line; `nil` for the one that the file names.
    let workflow: String?
    let dryRun: Bool
    /// How long the new version must go on to be waited for; `nil` for no wait.
    let observation: Int?
    let timeout: Int
    /// What becomes of running instances.
    let strands: StrandedOptions
    let confirmation: ConfirmationOptions
    let output: OutputOptions

    /// Deploys.
    ///
    /// - Throws: ``CommandFailure``; `ExitCode` for a configuration with errors, which have been printed.
    func run(_ text: String, file: String) async throws {
        let found = try await directory.workflow(try name(text, file))
        // Before the plan: whoever changes the workflow after it is noticed.
        let current = try await client.send("GET", "/workflows/\(found.id)")
        let before = try current.data("workflow \(found.slug)")
        let document = try await PlatformPlan.request(text, file, found, client, seconds: timeout)
        let plan = try PlatformPlan.plan(in: document)
        let isSame =
            plan.isEmpty && before.shown("status") == "active" && before.shown("config_yaml") == text
            && before["version"] == before["deployed_version"]
        if dryRun || isSame {
            return output.write(document) { plan.lines(width: $0, style: $1) }
        }
        if output.output == .table { output.write(.null) { plan.lines(width: $0, style: $1) + [""] } }
        try strands.check(plan)
        var body = try strands.json()
        try confirmation.confirm("Deploy this as \(found.slug) on \(client.url)?")
        let saved = try await client.send(
            "PUT", "/workflows/\(found.id)", ["config_yaml": .string(text)], tag: current.etag, seconds: timeout)
        try PlatformIssues.check(saved, text, file, "Nothing was changed.")
        let version = try saved.data("workflow \(found.slug)")["version"] ?? .null
        body["version"] = version
        let number = version.intValue ?? 0
        let deployed: JSONValue
        do {
            let answer = try await client.send(
                "POST", "/workflows/\(found.id)/deploy", .object(body), tag: saved.etag, seconds: timeout)
            try PlatformIssues.check(answer, text, file, "Version \(number) is saved; what ran before goes on.")
            deployed = try answer.data("workflow \(found.slug)")
        } catch let failure as CommandFailure {
            let next = "see `wfctl workflows status \(found.slug)`; `wfctl workflows deploy \(found.slug)` deploys it"
            throw CommandFailure(
                failure.status, "Version \(number) of \(found.slug) is saved, but: \(failure.message)", hint: next)
        }
        output.write(deployed) { _, _ in ["deployed, version \(number) of \(found.slug), under /w/\(found.id)"] }
        if let observation {
            try await PlatformWatch(client: client, workflow: found, version: number, timeout: .seconds(timeout))
                .run(observation: .seconds(observation))
        }
    }

    /// The workflow: that of the command line, else what the configuration calls itself.
    private func name(_ text: String, _ file: String) throws -> String {
        if let workflow { return workflow }
        let node: ConfigurationNode?
        do {
            node = try ConfigurationNode(yaml: text, file: file)
        } catch is ConfigurationError {
            // The platform says what is wrong once it is known for which workflow.
            node = nil
        }
        if let name = node?["name"]?.text, !name.isEmpty { return name }
        throw CommandFailure(
            .usage, "\(file) does not say which workflow it is.",
            hint: "pass --workflow, or write `name:` into the file")
    }
}

/// Looks at a workflow after a deployment, until it is sure that it goes on.
struct PlatformWatch {
    private static let pause = Duration.milliseconds(250)

    let client: PlatformClient
    let workflow: PlatformItem
    let version: Int
    let timeout: Duration

    /// Waits until the version has run for some time.
    ///
    /// - Throws: ``CommandFailure`` when it does not in time, or somebody else deployed meanwhile.
    func run(observation: Duration) async throws {
        let began = ContinuousClock.now
        var runsSince: ContinuousClock.Instant?
        while true {
            let status = try await client.get("/workflows/\(workflow.id)/status", "workflow \(workflow.slug)")
            let now = ContinuousClock.now
            let state = status.shown("status")
            if status.shown("wanted") != "active" || (state == "running" && status["version"]?.intValue != version) {
                throw CommandFailure(
                    .conflict, "Version \(version) does not run any more: somebody else changed \(workflow.slug).",
                    hint: "see `wfctl workflows status \(workflow.slug)`")
            }
            runsSince = state == "running" ? runsSince ?? now : nil
            if let runsSince, now - runsSince >= min(observation, timeout) { break }
            guard now - began < timeout else {
                let reason = status["last_error"]?.stringValue.map { ": \($0)" } ?? ""
                throw CommandFailure(
                    .timeout, "\(workflow.slug) is \(state) after \((now - began).components.seconds) s\(reason).",
                    hint: "`wfctl workflows rollback \(workflow.slug)` changes back")
            }
            try await Task.sleep(for: Self.pause)
        }
        Console.note("\(workflow.slug) is running, version \(version).")
    }
}
