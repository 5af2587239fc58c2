#if Redis
import Testing
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowRedis

extension RedisStreamTests {
    @Suite struct RedisStreamModuleTests {
        @Test func itUsesTheServerOfAConnection() async throws {
            try await RedisServer.run(password: "right") { server in
                let yaml = """
                    modules:
                      - {name: redis, type: redis.connection, config: {url: "\(server.url)"}}
                      - {name: events, type: messaging.redis, config: {connection: redis, prefix: shop}}

                    """
                let engine = WorkflowEngine(
                    configuration: try ApplicationConfiguration(yaml: yaml, file: "app.yaml"),
                    registry: ModuleRegistry(RedisModules.all), environment: EngineEnvironment(logger: .quiet))
                try await engine.start()
                let broker = try engine.service((any GenerationalBroker).self)
                #expect(broker.name == "events")
                let recorder = MessageRecorder()
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                try await broker.publish(message("1"))
                #expect(try await recorder.waitForMessages(1).map(\.id) == ["1"])
                #expect(try await server.command("XLEN", "{shop}:topic:order.paid").integer == 1)
                await engine.stop()
                let clients = try await server.command("CLIENT", "LIST").text ?? ""
                // The one that asks.
                #expect(clients.split(separator: "\n").count == 1, "\(clients)")
            }
        }

        @Test func aBusIsCarriedByRedis() async throws {
            try await RedisServer.run { server in
                let request = BrokerRequest(
                    url: server.url, topics: ["order.*"], subscription: .init(), deadLetterRetention: .seconds(60))
                let context = ModuleContext(
                    name: "bus", type: "eventbus.bridge", location: SourceLocation(file: "test"), logger: .quiet,
                    generation: GenerationContext(
                        number: 1, environment: EngineEnvironment(logger: .quiet), store: InMemoryStateStore()))
                let broker = try RedisBrokerProvider.broker(request, context: context)
                try await broker.prepare()
                try broker.activate()
                #expect(broker.hasSubscribers(for: "order.paid"))
                #expect(!broker.hasSubscribers(for: "user.new"))
                let recorder = MessageRecorder()
                _ = try await broker.subscribe(to: "order.*", name: "log", isSerial: true, handler: recorder)
                try await broker.publish(message("1"))
                try await broker.publish(message("2", topic: "user.new"))
                #expect(try await recorder.waitForMessages(1).map(\.id) == ["1"])
                #expect(try await server.command("EXISTS", streamNames.stream(of: "user.new")).integer == 0)
                await broker.shutdown()
            }
        }

        @Test func aProviderRefusesAnAddressThatCannotBe() throws {
            let request = BrokerRequest(
                url: "http://u:secret@a", topics: [], subscription: .init(), deadLetterRetention: .seconds(60))
            let context = ModuleContext(
                name: "bus", type: "eventbus.bridge", location: SourceLocation(file: "app.yaml", line: 4, column: 9),
                logger: .quiet,
                generation: GenerationContext(
                    number: 1, environment: EngineEnvironment(logger: .quiet), store: InMemoryStateStore()))
            let error = #expect(throws: ConfigurationError.self) {
                _ = try RedisBrokerProvider.broker(request, context: context)
            }
            let issue = error?.issues.first?.description ?? ""
            #expect(issue.hasPrefix("app.yaml:4:9"), "\(issue)")
            #expect(issue.contains("url: must begin with redis://"), "\(issue)")
            #expect(!issue.contains("secret"))
        }
    }
}
#endif
