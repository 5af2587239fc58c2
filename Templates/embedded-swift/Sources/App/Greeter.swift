import WorkflowCore

/// A module type of this program: greets whoever a message is about.
struct Greeter: WorkflowModule, MessageHandler {
    struct Configuration: ConfigurationObject {
        var greeting = "Hello"

        static let fields: [ConfigurationField<Self>] = [
            .init("greeting", \.greeting, "What to say.")
        ]
    }

    static let descriptor = ModuleDescriptor(
        type: "app.greeter", summary: "Greets whoever a message is about.", provides: [.messageHandler])

    private let configuration: Configuration

    init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
    }

    func handle(_ message: Message) async throws {
        print(greeting(for: message.payload["name"]?.stringValue ?? "whoever you are"))
    }

    /// What is said to a guest.
    func greeting(for name: String) -> String { "\(configuration.greeting), \(name)!" }
}
