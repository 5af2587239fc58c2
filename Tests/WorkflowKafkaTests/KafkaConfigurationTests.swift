#if Kafka
import Testing
import WorkflowModules
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowKafka

@Suite struct KafkaConfigurationTests {
    private static func issues(_ config: String) async throws -> [String] {
        let yaml = "modules:\n  - name: events\n    type: messaging.kafka\n    config: {\(config)}\n"
        do {
            try await WorkflowEngine.validate(
                try ApplicationConfiguration(yaml: yaml, file: "app.yaml"),
                registry: ModuleRegistry(KafkaModules.all), environment: EngineEnvironment(logger: .quiet))
            return []
        } catch let error as ConfigurationError {
            return error.issues.map(\.description)
        }
    }

    @Test(arguments: [
        "", "brokers: 'a:1, b:2'", "brokers: [a:1, '[::1]:9092', c]", "url: kafka://a:1", "groupID: g, clientID: c",
        "topicPrefix: shop, topics: [order.*], autoCreate: false", "start: earliest, sessionTimeout: 10s, dlq: dead",
        "sasl: {mechanism: SCRAM-SHA-512, user: u, password: p}, tls: {}", "partitions: 12, replicas: 3",
        "tls: {ca: ca.pem, cert: c.pem, key: k.pem, keyPassword: p}", "compression: zstd, prefetch: 100, workers: 4",
    ])
    func theKeysAreAccepted(_ config: String) async throws {
        #expect(try await Self.issues(config) == [])
    }

    @Test(arguments: [
        ("brokers: 'http://a'", "\"http://a\" is not an address such as localhost:9092"),
        ("brokers: [a:1, 'user:secret@b:2']", "\"***\" is not an address such as localhost:9092"),
        ("brokers: 'a:0'", "\"a:0\" is not an address such as localhost:9092"),
        ("brokers: []", "an address such as localhost:9092, or a list of them"),
        ("topicPrefix: 'a/b'", "\"a/b\" cannot be a topic of Kafka, which may have letters, digits and . _ - only"),
        ("groupId: ''", "must not be empty"), ("start: new", "must be one of latest, earliest, is \"new\""),
        ("ackWait: 10ms", "must be at least 1s"), ("topics: ['a..b']", "has an empty segment"),
        ("sasl: {mechanism: GSSAPI, user: u, password: secret}", "must be one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"),
        ("sasl: {user: u}", "password"), ("tls: {cert: c.pem}", "\"cert\" and \"key\" belong together"),
        ("handoverWait: 300s", "must be at most 240s"),
    ])
    func whatIsWrongIsToldWithItsPlace(_ config: String, _ text: String) async throws {
        let issues = try await Self.issues(config)
        #expect(issues.count == 1, "\(issues)")
        let issue = try #require(issues.first)
        #expect(issue.hasPrefix("app.yaml:4:"), "\(issue)")
        #expect(issue.contains(text), "\(issue)")
        #expect(!issue.contains("secret"))
    }

    @Test func theExamplesStartWithoutBrokers() async throws {
        for example in KafkaModule.descriptor.examples {
            let yaml = example.yaml.replacing("localhost:9092", with: "127.0.0.1:1")
            let environment = EngineEnvironment(logger: .quiet)
            try await withTestEngine(
                yaml, registry: ModuleRegistry(StandardModules.all + KafkaModules.all), environment: environment
            ) { engine in
                #expect(!engine.configurationHash.isEmpty)
            }
        }
    }

    @Test func aBridgeTakesTheAddressesFromItsURL() throws {
        let context = ModuleContext(
            name: "bus", type: "eventbus.bridge", location: SourceLocation(file: "test"), logger: .quiet,
            generation: GenerationContext(
                number: 1, environment: EngineEnvironment(logger: .quiet), store: InMemoryStateStore()))
        func broker(_ url: String) throws -> KafkaBroker? {
            try KafkaBrokerProvider.broker(
                BrokerRequest(
                    url: url, topics: ["order.*"], subscription: .init(concurrency: 3), deadLetterRetention: .seconds(1)
                ), context: context) as? KafkaBroker
        }
        let bridge = try #require(try broker("kafka://a:1,b:2"))
        #expect(bridge.driver.configuration.settings.brokers == ["a:1", "b:2"])
        #expect(bridge.driver.options.concurrency == 3)
        #expect(bridge.hasSubscribers(for: "order.paid") && !bridge.hasSubscribers(for: "stock.low"))
        #expect(try broker("")?.driver.configuration.settings.brokers == ["localhost:9092"])
        let error = #expect(throws: ConfigurationError.self) { try broker("kafka://u:p@a") }
        #expect(error?.issues.first?.message == "\"***\" is not an address such as localhost:9092")
    }
}
#endif
