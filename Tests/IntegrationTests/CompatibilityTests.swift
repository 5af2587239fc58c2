import Foundation
import Testing
import WorkflowCatalog
import WorkflowCore

@Suite("Configurations that others have written load, or are refused with advice")
struct CompatibilityTests {
    /// Those that load as they stand.
    private static let valid = [
        "advanced-scheduler-workflow", "api-server-config", "data-pipeline-config", "event-driven-workflow",
        "event-processor-config", "integration-workflow", "order-processing-pipeline", "sms-chat-config",
        "state-machine-workflow", "workflow-a-orders", "workflow-a-orders-with-branching", "workflow-b-fulfillment",
        "workflow-c-notifications-with-branching",
    ]

    /// Those that `CompatibilityModularTests` looks at.
    private static let modular = [
        "api-gateway-config", "api-gateway-modular-config", "realtime-messaging-modular-config",
        "scheduled-jobs-modular-config",
    ]

    private static let noTokens =
        "modules[2]: no module checks tokens, so every request would be refused"
        + " (add a module of type auth.jwt with your secret in its config:"
        + " {name: tokens, type: auth.jwt, config: {secret: ...}})"
    private static let noDispatch =
        "there is no workflow \"notification-dispatch\" (the workflows are: messaging)"

    /// Those that do not, with everything that is said about them.
    private static let refused: [String: [String]] = [
        "cross-workflow-links": [
            "2: links: unknown top-level key \"links\" (state machines drive each other by triggers.event: each entered state is an event)"
        ],
        "dependency-injection-example": [
            "3: modules[0].type: unknown module type \"core.logger\" (parts of the engine need no module; remove it)",
            "7: modules[1].type: unknown module type \"core.config\" (parts of the engine need no module; remove it)",
            "9: modules[2].type: unknown module type \"data.cache\" (use persistence.store)",
            "14: modules[3].type: unknown module type \"data.database\" (use database.workflow)",
            "19: modules[4].type: unknown module type \"business.service\" (use dynamic.component or processing.step)",
            "22: modules[5].type: unknown module type \"grpc.server\" (use http.server with api.handler)",
            "31: workflows.http.routes[0].handler: there is no module \"account-list\"; an HTTP handler is needed here",
            "35: workflows.messaging.subscriptions[0].handler: there is no module \"account-mail\"",
        ],
        "multi-workflow-config": ["9: \(noTokens)"],
        "notification-pipeline": [
            "50: triggers.http: missing key \"routes\" (routes: The requests that start workflows.)"
        ],
        "scheduled-jobs-config": [
            "15: modules[4].type: unknown module type \"job.store\""
                + " (jobs are kept in the state store; remove the module)"
        ],
        "simple-workflow-config": ["9: \(noTokens)"],
        "trigger-workflow-example": ["9: \(noTokens)"],
        "workflow-b-fulfillment-with-branching": [
            "27: modules[4].config.expression: only functions can be called (line 1, column 20 of the expression)"
        ],
        "workflow-c-notifications": [
            "29: triggers.event.subscriptions[0].workflow: \(noDispatch)",
            "32: triggers.event.subscriptions[1].workflow: \(noDispatch)",
        ],
    ]

    /// Needs a script engine, which only the program has.
    private static let withScripts = "ecommerce-app/workflow"

    @Test("all of them are looked at")
    func everyFileIsTested() throws {
        let tested = Self.valid + Self.modular + Self.refused.keys + [Self.withScripts]
        #expect(try CompatibilityFixture.names() == tested.sorted())
        #expect(tested.count == 27)
    }

    @Test("what is complete loads", arguments: valid)
    func loads(name: String) async throws {
        let issues = try await CompatibilityFixture(name).issues()
        #expect(issues == [])
    }

    @Test("what cannot run is refused, every mistake with its line and what to do", arguments: refused.keys.sorted())
    func isRefused(name: String) async throws {
        let expected = Self.refused[name] ?? []
        let issues = try await CompatibilityFixture(name).issues()
        #expect(issues.count == expected.count, "\(issues)")
        for (issue, beginning) in zip(issues, expected) {
            #expect(issue.hasPrefix(beginning), "\(issue)")
        }
    }

    @Test("the shop loads, and components in Go are refused with advice")
    func shop() async throws {
        let secret = ["JWT_SECRET": "a secret that is only good for tests"]
        let process = try ServerProcess(["validate", CompatibilityFixture(Self.withScripts).file], environment: secret)
        #expect(try await process.exitStatus() == 0, "\(process.standardError)")
        #expect(process.standardOutput.contains("The configuration is valid: 24 modules."))
        try await withTemporaryFolder { folder in
            let yaml = try String(contentsOfFile: CompatibilityFixture(Self.withScripts).file, encoding: .utf8)
            try yaml.replacing("-sender.js", with: "-sender.go")
                .write(toFile: "\(folder)/workflow.yaml", atomically: true, encoding: .utf8)
            for part in ["components", "seed", "spa"] {
                try FileManager.default.copyItem(
                    atPath: "\(CompatibilityFixture.folder)/ecommerce-app/\(part)", toPath: "\(folder)/\(part)")
            }
            let refused = try ServerProcess(["validate", "\(folder)/workflow.yaml"], environment: secret)
            #expect(try await refused.exitStatus() == 65)
            let errors = refused.standardError.split(separator: "\n").filter { $0.contains(": error: ") }
            #expect(errors.count == 1, "\(errors)")
            #expect(
                refused.standardError.contains(
                    "components/notification-sender.go is written in Go, but components are written in JavaScript"))
        }
    }

    @Test("without JWT_SECRET the shop is refused at the key")
    func secretIsMissing() async throws {
        let process = try ServerProcess(
            ["validate", CompatibilityFixture(Self.withScripts).file], environment: ["JWT_SECRET": ""])
        #expect(try await process.exitStatus() == 65)
        #expect(process.standardError.contains("modules[5].config.secret: "))
    }
}
