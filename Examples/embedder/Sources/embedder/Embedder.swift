import WorkflowCore
import WorkflowModules

/// A module type of our own: takes the messages of a topic and greets whoever they are about.
struct Greeter: WorkflowModule, MessageHandler {
    struct Configuration: ConfigurationObject {
        var greeting = "Hello"

        static let fields: [ConfigurationField<Self>] = [
            .init("greeting", \.greeting, "What to say.")
        ]
    }

    static let descriptor = ModuleDescriptor(
        type: "example.greeter", summary: "Greets whoever a message is about.", provides: [.messageHandler])

    private let configuration: Configuration

    init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
    }

    func handle(_ message: Message) async throws {
        print("\(configuration.greeting), \(message.payload["name"]?.stringValue ?? "whoever you are")!")
    }
}

@main
enum Embedder {
    static func main() async throws {
        var registry = ModuleRegistry(StandardModules.all)
        registry.register(Greeter.self)

        let configuration = try ApplicationConfiguration([
            "modules": [
                ["name": "events", "type": "messaging.broker"],
                ["name": "engine", "type": "statemachine.engine"],
                ["name": "greeter", "type": "example.greeter", "config": ["greeting": "Welcome"]],
            ],
            "workflows": [
                "messaging": ["subscriptions": [["topic": "guest.arrived", "handler": "greeter"]]],
                "statemachine": [
                    "definitions": [
                        [
                            "name": "guest", "initialState": "expected", "states": ["expected": [:], "arrived": [:]],
                            "transitions": ["arrive": ["fromState": "expected", "toState": "arrived"]],
                        ]
                    ]
                ],
            ],
        ])

        let workflow = WorkflowEngine(configuration: configuration, registry: registry)
        try await workflow.start()
        let result = try await workflow.invoke("guest", action: "arrive", data: ["id": "guest-1", "name": "Ada"])
        await workflow.stop()  // finishes what has begun; the store in memory goes, with what has not
        print(result.jsonString())
    }
}
