import Synchronization
import WorkflowCore

/// Runs scripted components, except for those that a test has mocked, and records every call.
struct MockedComponents: ScriptRuntime {
    let base: any ScriptRuntime
    let mocks: NamedEntries<ComponentMock>
    let recorder: TestRecorder
    let thread: TaskThread
    let scope: @Sendable () -> TestScope

    func load(
        _ source: ScriptSource, limits: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent {
        if let mock = mocks[host.name] {
            return MockedComponent(name: host.name, mock: mock, recorder: recorder, scope: scope)
        }
        let counted = CountedHost(base: host, thread: thread)
        let component = try await thread.outside {
            try await base.load(source, limits: limits, host: counted, configuration: configuration)
        }
        return RecordedComponent(module: host.name, base: component, recorder: recorder, thread: thread)
    }

    func check(_ source: ScriptSource) throws { try base.check(source) }

    /// The base goes on for other tests.
    func shutdown() async {}
}

extension TaskThread {
    /// Runs an operation that waits for something that no task does.
    func outside<Value: Sendable>(_ operation: () async throws -> Value) async rethrows -> Value {
        enter()
        defer { leave() }
        return try await operation()
    }
}

/// Answers a script, which waits for what tasks of this process do.
private struct CountedHost: ScriptHost {
    let base: any ScriptHost
    let thread: TaskThread

    var name: String { base.name }
    var logLevel: String { base.logLevel }

    func log(level: String, message: String, metadata: JSONObject) {
        base.log(level: level, message: message, metadata: metadata)
    }

    func call(_ function: String, arguments: [JSONValue]) async throws -> JSONValue {
        // A task of its own: this one may run on the thread of the script, where nobody would see what goes on.
        let task = Task {
            thread.leave()
            defer { thread.enter() }
            return try await base.call(function, arguments: arguments)
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}

/// A real component whose calls are recorded.
private struct RecordedComponent: ScriptComponent {
    let module: String
    let base: any ScriptComponent
    let recorder: TestRecorder
    let thread: TaskThread

    var name: String { base.name }
    var contract: ScriptContract { base.contract }
    var suspension: (reason: String, retryAfter: Duration)? { base.suspension }

    func start() async throws { try await thread.outside { try await base.start() } }

    func execute(_ input: JSONValue) async throws -> JSONValue {
        do {
            let output = try await thread.outside { try await base.execute(input) }
            recorder.add(.init(component: module, input: input, output: output, error: nil))
            return output
        } catch {
            recorder.add(.init(component: module, input: input, output: nil, error: "\(error)"))
            throw error
        }
    }

    func stop() async throws { try await thread.outside { try await base.stop() } }
}

/// A component that returns what a test says.
private final class MockedComponent: ScriptComponent {
    let name: String
    private let mock: ComponentMock
    private let recorder: TestRecorder
    private let scope: @Sendable () -> TestScope
    private let calls = Mutex(0)

    init(name: String, mock: ComponentMock, recorder: TestRecorder, scope: @escaping @Sendable () -> TestScope) {
        self.name = name
        self.mock = mock
        self.recorder = recorder
        self.scope = scope
    }

    var contract: ScriptContract { ScriptContract() }

    func start() async throws {}
    func stop() async throws {}

    func execute(_ input: JSONValue) async throws -> JSONValue {
        let call = calls.withLock { calls in
            calls += 1
            return calls
        }
        let outcome = mock.outcomes[min(call, mock.outcomes.count) - 1]
        let scope = scope().adding(["input": input, "call": .integer(Int64(call))])
        do {
            switch outcome {
            case .failure(let message): throw ScriptError(.thrown, try message.render(in: scope))
            case .output(let template):
                let output = try template.render(in: scope.values, environment: scope.environment)
                recorder.add(.init(component: name, input: input, output: output, error: nil))
                return output
            }
        } catch {
            recorder.add(.init(component: name, input: input, output: nil, error: "\(error)"))
            throw error
        }
    }
}
