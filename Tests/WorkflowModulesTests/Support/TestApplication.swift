import Foundation
import Logging
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// A running application of the standard modules, with scripts that are Swift closures.
struct TestApplication: Sendable {
    /// What a test may choose.
    struct Options {
        var scripts: [String: FakeScript] = [:]
        var clock: any EngineClock = SystemClock()
        var store: any StateStore = InMemoryStateStore()
        var random: @Sendable () -> Double = { 1 }
        var outbound = OutboundPolicy()
    }

    static let registry = ModuleRegistry(
        StandardModules.all + [RecorderModule.self, RouterModule.self, HealthReportModule.self])

    let engine: WorkflowEngine
    let options: Options
    let runtime: FakeScriptRuntime

    /// Runs an application; each script is a file whose text is its key.
    static func run<Result>(
        _ yaml: String, _ options: Options = Options(), _ body: (TestApplication) async throws -> Result
    ) async throws -> Result {
        try await withFolder(options.scripts.keys) { folder in
            let runtime = FakeScriptRuntime(scripts: options.scripts)
            let engine = WorkflowEngine(
                configuration: try ApplicationConfiguration(yaml: yaml, file: "\(folder)/app.yaml"),
                registry: registry, environment: environment(options, runtime))
            try await engine.start()
            do {
                let result = try await body(TestApplication(engine: engine, options: options, runtime: runtime))
                await engine.stop()
                return result
            } catch {
                await engine.stop()
                throw error
            }
        }
    }

    /// What is wrong with a configuration, without the folder of its file.
    static func issues(_ yaml: String, _ options: Options = Options()) async throws -> [String] {
        try await withFolder(options.scripts.keys) { folder in
            do {
                try await WorkflowEngine.validate(
                    try ApplicationConfiguration(yaml: yaml, file: "\(folder)/app.yaml"), registry: registry,
                    environment: environment(options, FakeScriptRuntime(scripts: options.scripts)))
                return []
            } catch let error as ConfigurationError {
                return error.issues.map { $0.description.replacingOccurrences(of: "\(folder)/", with: "") }
            }
        }
    }

    static func environment(_ options: Options, _ runtime: FakeScriptRuntime?) -> EngineEnvironment {
        var environment = EngineEnvironment(
            clock: options.clock, logger: .quiet, defaultStore: options.store, scriptRuntime: runtime)
        environment.random = options.random
        environment.outboundPolicy = options.outbound
        environment.databaseDrivers = [FakeDatabaseDriver()]
        return environment
    }

    /// Calls `body` with a folder that has a file for each script.
    static func withFolder<Result>(
        _ scripts: some Sequence<String>, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("modules-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for script in scripts {
            try script.write(to: folder.appendingPathComponent("\(script).js"), atomically: true, encoding: .utf8)
        }
        return try await body(folder.path)
    }

    func machine(_ name: String = "") throws -> StateMachineEngine {
        try engine.service(StateMachineEngine.self, named: name)
    }

    func broker(_ name: String = "") throws -> GenerationBroker {
        try engine.service(GenerationBroker.self, named: name)
    }

    func recorder(_ name: String) throws -> MessageRecorder {
        try engine.service(RecorderModule.self, named: name).recorder
    }

    func component(_ name: String) throws -> DynamicComponentModule {
        try engine.service(DynamicComponentModule.self, named: name)
    }

    func publish(_ topic: String, _ payload: JSONValue, id: String = "m1") async throws {
        try await broker().publish(Message(id: id, topic: topic, payload: payload, timestamp: options.clock.now))
    }

    /// Returns an instance as soon as it is in a state.
    @discardableResult
    func instance(_ id: String, in state: String) async throws -> StateMachineInstance {
        let machine = try machine()
        return try await withTimeLimit("\(id) comes into the state \(state)") {
            while true {
                if let instance = try await machine.instance(id), instance.currentState == state { return instance }
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }
}

/// Returns when a condition holds.
func waitUntil(_ what: String, _ condition: @escaping @Sendable () async throws -> Bool) async throws {
    try await withTimeLimit(what) {
        while try await !condition() {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
