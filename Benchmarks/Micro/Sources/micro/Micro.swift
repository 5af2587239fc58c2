import Foundation
import Logging
import Synchronization
import WorkflowCatalog
import WorkflowCore
import WorkflowStore
import WorkflowStoreSQLite

/// Times of single operations, without a server.
///
///     swift run -c release micro                 all
///     swift run -c release micro JSON broker     those whose name contains one of the words
@main
enum Micro {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let isQuick = arguments.contains("--quick")
        let benchmark = Benchmark(
            filters: arguments.filter { !$0.hasPrefix("--") }, duration: isQuick ? .milliseconds(500) : .seconds(2))
        try await json(benchmark)
        try await transitions(benchmark)
        try await messages(benchmark)
        try await configuration(benchmark)
        try await commits(benchmark)
    }

    private static func json(_ benchmark: Benchmark) async throws {
        let order = try JSONValue(parsing: Self.order)
        let bytes = Array(order.jsonString().utf8)
        try await benchmark.measure("JSON: parse an order of \(bytes.count) bytes", batch: 1000) {
            for _ in 0..<1000 { _ = try JSONValue(parsing: bytes) }
        }
        try await benchmark.measure("JSON: write an order of \(bytes.count) bytes", batch: 1000) {
            for _ in 0..<1000 {
                var output: [UInt8] = []
                order.write(to: &output)
            }
        }
    }

    private static func transitions(_ benchmark: Benchmark) async throws {
        let name = "transition in memory, without hooks"
        guard benchmark.isSelected(name) else { return }
        let application = try ApplicationConfiguration([
            "modules": [["name": "engine", "type": "statemachine.engine"]],
            "workflows": [
                "statemachine": [
                    "definitions": [
                        [
                            "name": "switch", "initialState": "off", "states": ["off": [:], "on": [:]],
                            "transitions": [
                                "turn_on": ["fromState": "off", "toState": "on"],
                                "turn_off": ["fromState": "on", "toState": "off"],
                            ],
                        ]
                    ]
                ]
            ],
        ])
        let workflow = WorkflowEngine(configuration: application, registry: StandardCatalog.registry)
        try await workflow.start()
        let machines = try workflow.service(StateMachineEngine.self)
        // The history of an instance grows, so each round has an instance of its own.
        var number = 0
        try await benchmark.measure(name, batch: 200) {
            number += 1
            let id = "switch-\(number)"
            _ = try await machines.create("switch", id: id, data: [:])
            for _ in 0..<100 {
                _ = try await machines.fire("turn_on", on: id)
                _ = try await machines.fire("turn_off", on: id)
            }
        }
        await workflow.stop()
    }

    private static func messages(_ benchmark: Benchmark) async throws {
        let name = "message in memory, one subscriber"
        guard benchmark.isSelected(name) else { return }
        let broker = InMemoryMessageBroker()
        let (handled, continuation) = AsyncStream.makeStream(of: Void.self)
        let handler = CountingHandler(every: 1000) { continuation.yield() }
        let subscription = try await broker.subscribe(to: "orders.paid", name: "counter", handler: handler)
        let message = Message(id: "1", topic: "orders.paid", payload: ["id": 7], key: "7", timestamp: .systemNow())
        var rounds = handled.makeAsyncIterator()
        try await benchmark.measure(name, batch: 1000) {
            for _ in 0..<1000 { try await broker.publish(message) }
            await rounds.next()
        }
        await subscription.cancel()
        await broker.shutdown()
    }

    private static func configuration(_ benchmark: Benchmark) async throws {
        let file = "\(repository)/Examples/store/workflow.yaml"
        let loader = ConfigurationLoader(environment: ["JWT_SECRET": "a secret that is only good for benchmarks"])
        try await benchmark.measure("YAML: load the store example") { _ = try loader.load([file]) }
        let application = try loader.load([file])
        var environment = EngineEnvironment(logger: Logger(label: "micro") { _ in SwiftLogNoOpLogHandler() })
        environment.scriptRuntime = AbsentScriptRuntime()
        try await benchmark.measure("plan and build the engine of the store example") {
            try await WorkflowEngine.validate(
                application, registry: StandardCatalog.registry, environment: environment)
        }
    }

    private static func commits(_ benchmark: Benchmark) async throws {
        let names = (alone: "commit on SQLite, one at a time", together: "commit on SQLite, 64 at a time")
        guard benchmark.isSelected(names.alone) || benchmark.isSelected(names.together) else { return }
        let folder = FileManager.default.temporaryDirectory.appending(path: "micro-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try await SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: "\(folder)/state.sqlite"))
        let identifiers = UUIDv7Generator()
        let data = try JSONValue(parsing: order).objectValue ?? [:]
        @Sendable func commit() async throws {
            let (id, now) = (identifiers.next(), Timestamp.systemNow())
            let resource = Resource(
                type: "orders", id: id, data: data, state: "new", owner: nil, createdAt: now, updatedAt: now)
            try await store.commit(StoreTransaction([.createResource(resource)]))
        }
        try await benchmark.measure(names.alone, batch: 10) {
            for _ in 0..<10 { try await commit() }
        }
        try await benchmark.measure(names.together, batch: 640) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<64 {
                    group.addTask { for _ in 0..<10 { try await commit() } }
                }
                try await group.waitForAll()
            }
        }
        await store.close()
    }

    private static let order = """
        {"items": [{"productId": "prod-001", "name": "Mechanical Keyboard", "quantity": 2, "price": 149.99},
                   {"productId": "prod-003", "name": "USB-C Hub", "quantity": 1, "price": 79.99}],
         "shipping": {"name": "Ada Lovelace", "address": "12 St. James's Square", "city": "London", "zip": "SW1Y 4JH"},
         "total": 379.97, "note": "Please ring twice \\u2014 thank you", "gift": false}
        """

    /// The root of the repository.
    private static var repository: String {
        var url = URL(filePath: #filePath)
        for _ in 0..<5 { url.deleteLastPathComponent() }
        return url.path
    }
}

/// Counts messages and tells about every so many of them.
private final class CountingHandler: MessageHandler {
    private let every: Int
    private let count = Atomic(0)
    private let tell: @Sendable () -> Void

    init(every: Int, tell: @escaping @Sendable () -> Void) {
        self.every = every
        self.tell = tell
    }

    func handle(_ message: Message) async throws {
        if count.add(1, ordering: .relaxed).newValue.isMultiple(of: every) { tell() }
    }
}

/// Stands in for the script engine where nothing is run.
private struct AbsentScriptRuntime: ScriptRuntime {
    func load(
        _ source: ScriptSource, limits: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent {
        throw ScriptError(.workerLost, "Scripts do not run here.")
    }

    func shutdown() async {}
}
