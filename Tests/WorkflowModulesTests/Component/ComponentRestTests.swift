import Logging
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

struct ComponentRestTests {
    @Test func aComponentThatRestsSaysOnceForHowLongAndWhy() async throws {
        let component = SwappableComponent(
            name: "probe",
            loader: ScriptLoader(
                runtime: RestingRuntime(), limits: ScriptLimits(), host: RecordingScriptHost(), configuration: [:]),
            clock: SystemClock(), metrics: EngineMetrics(registry: MetricsRegistry()), logger: .quiet)
        try await component.inTurn { try await component.replace(with: ScriptSource(name: "probe.js", text: "")) }
        #expect(component.report.status == .error)
        #expect(component.report.error == "suspended for 5 s: it failed 3 times")
        #expect(component.rest == "suspended for 5 s: it failed 3 times")
        try await component.shutdown()
    }
}

/// Gives components that rest.
private struct RestingRuntime: ScriptRuntime {
    func load(
        _ source: ScriptSource, limits: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent { RestingComponent() }

    func shutdown() async {}
}

private struct RestingComponent: ScriptComponent {
    let name = "probe"
    let contract = ScriptContract()
    var suspension: (reason: String, retryAfter: Duration)? { ("it failed 3 times", .nanoseconds(4_218_950_247)) }

    func start() async throws {}
    func execute(_ input: JSONValue) async throws -> JSONValue { input }
    func stop() async throws {}
}
