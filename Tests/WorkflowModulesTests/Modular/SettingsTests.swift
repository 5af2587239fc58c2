import Testing
import WorkflowCore

@testable import WorkflowModules

/// Settings at the top of a file and those of a module may spell the same key differently.
@Suite struct SettingsTests {
    @Test func whatTheModuleSaysWinsHoweverItIsSpelled() async throws {
        let yaml = """
            modules:
              - {name: client, type: httpclient.modular, config: {requestTimeout: 5s}}
              - {name: bus, type: eventbus.modular, config: {provider: memory}}
            httpclient: {timeout: 31s}
            eventbus: {engine: nats}
            """
        let issues = try await TestApplication.issues(yaml)
        #expect(issues.isEmpty, "\(issues)")
    }
}
