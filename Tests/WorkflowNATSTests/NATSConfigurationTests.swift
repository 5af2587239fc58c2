#if NATS
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowNATS

@Suite struct NATSConfigurationTests {
    private static func issues(_ config: String) async throws -> [String] {
        let yaml = "modules:\n  - name: events\n    type: messaging.nats\n    config: {\(config)}\n"
        do {
            try await WorkflowEngine.validate(
                try ApplicationConfiguration(yaml: yaml, file: "app.yaml"),
                registry: ModuleRegistry(NATSModules.all), environment: EngineEnvironment(logger: .quiet))
            return []
        } catch let error as ConfigurationError {
            return error.issues.map(\.description)
        }
    }

    @Test(arguments: [
        "", "url: nats://a:1", "servers: [nats://a:1, tls://b:2]", "mode: core, queue: q, maxDeliveries: 3",
        "stream: ORDERS, createStream: false, subjectPrefix: '', topics: [order.*]", "token: abc",
        "tls: {ca: ca.pem, cert: c.pem, key: k.pem}", "credentials: app.creds, ackWait: 10s, duplicates: 60",
    ])
    func theKeysAreAccepted(_ config: String) async throws {
        #expect(try await Self.issues(config) == [])
    }

    @Test(arguments: [
        ("url: 'http://a'", "\"http://a\" is not an address such as nats://host:4222"),
        ("url: 'http://u:secret@a'", "\"http://a\" is not an address such as nats://host:4222"),
        ("mode: stream", "must be one of jetstream, core, is \"stream\""),
        ("stream: a.b", "\"a.b\" may have letters, digits, - and _ only"),
        ("subjectPrefix: a.>", "\"a.>\" must be without wildcards and $"),
        ("ackWait: 10ms", "must be at least 1s"),
        ("subjectPrefix: ''", "without \"subjectPrefix\" the stream needs to know its subjects"),
        ("maxAge: 60, duplicateWindow: 120", "\"duplicateWindow\" is longer than \"maxAge\""),
        ("user: a, token: b", "\"user\", \"token\" and \"credentials\" exclude each other"),
        ("tls: {cert: c.pem}", "\"cert\" and \"key\" belong together"),
        ("queueGroup: ''", "must not be empty"),
    ])
    func whatIsWrongIsToldWithItsPlace(_ config: String, _ text: String) async throws {
        let issues = try await Self.issues(config)
        #expect(issues.count == 1, "\(issues)")
        let issue = try #require(issues.first)
        #expect(issue.hasPrefix("app.yaml:4:"), "\(issue)")
        #expect(issue.contains(text), "\(issue)")
        #expect(!issue.contains("secret"))
    }
}
#endif
