import WorkflowCommandLine
import WorkflowCore

/// Looks at a server after a deployment, until it is sure that the new configuration stays.
struct DeploymentWatch {
    private static let pause = Duration.milliseconds(250)

    let client: ManagementClient
    /// The generation of the new configuration.
    let generation: Int
    /// How long to wait for health, from now.
    let timeout: Duration

    /// Waits.
    ///
    /// - Parameter observation: How long the server may take the configuration back by itself.
    /// - Throws: ``CommandFailure`` when it did, somebody else deployed meanwhile, or it is not healthy in time.
    func run(observation: Duration) async throws {
        let began = ContinuousClock.now
        var health = "unknown"
        while true {
            let status = try await client.get("/api/workflow/status")
            try checkWhatRuns(status)
            health = try await client.send("GET", "/healthz").json()["status"]?.stringValue ?? "unknown"
            let elapsed = ContinuousClock.now - began
            if health != "unhealthy", elapsed >= min(observation, timeout) { break }
            guard elapsed < timeout else {
                throw CommandFailure(
                    .timeout, "The application is \(health) after \(elapsed.wholeSeconds) s.",
                    hint: "look at `wfctl status`; `wfctl rollback` changes back")
            }
            try await Task.sleep(for: Self.pause)
        }
        Console.note("The application is \(health), and generation \(generation) stays.")
    }

    private func checkWhatRuns(_ status: JSONValue) throws {
        let reload = status["lastReload"]
        if reload?["status"]?.stringValue == "rolled_back" {
            throw CommandFailure(
                .rolledBack,
                "The server took the configuration back: \(reload?["reason"]?.stringValue ?? "it did not work").",
                hint: "what ran before goes on; see `wfctl status`")
        }
        guard let running = status["generation"]?.intValue, running != generation else { return }
        throw CommandFailure(
            .conflict, "Generation \(running) runs, not \(generation): somebody else changed the server meanwhile.",
            hint: "see `wfctl history`")
    }
}

extension Duration {
    /// The seconds, rounded down.
    fileprivate var wholeSeconds: Int64 { components.seconds }
}
