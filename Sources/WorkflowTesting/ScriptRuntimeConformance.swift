public import WorkflowCore

/// What every ``ScriptRuntime`` for JavaScript has to do, as cases that a test runs one by one.
///
/// ```swift
/// @Test(arguments: ScriptRuntimeConformance.cases)
/// func conforms(_ testCase: ScriptRuntimeConformance.Case) async throws {
///     try await testCase.run(on: runtime)
/// }
/// ```
public enum ScriptRuntimeConformance {
    /// One thing a runtime has to do.
    public struct Case: Sendable, CustomStringConvertible {
        /// What the runtime has to do.
        public let description: String
        /// Whether only a runtime whose scripts run in other processes can do it.
        public let needsProcess: Bool
        private let body: @Sendable (ScriptRuntimeBench) async throws -> Void

        init(
            _ description: String, needsProcess: Bool = false,
            _ body: @escaping @Sendable (ScriptRuntimeBench) async throws -> Void
        ) {
            self.description = description
            self.needsProcess = needsProcess
            self.body = body
        }

        /// Runs the case.
        ///
        /// - Parameter runtime: A runtime; cases may share it.
        /// - Throws: ``ConformanceFailure`` when the runtime does something else, or its error.
        public func run(on runtime: any ScriptRuntime) async throws {
            try await body(ScriptRuntimeBench(runtime: runtime))
        }
    }

    /// All cases.
    public static let cases: [Case] =
        basicCases + valueCases + hostCases + leftoverCases + environmentCases + timeCases + memoryCases
}

/// What the cases share: loading with small limits, and checks.
struct ScriptRuntimeBench: Sendable {
    let runtime: any ScriptRuntime

    /// Limits that keep hostile cases short.
    static let limits: ScriptLimits = {
        var limits = ScriptLimits()
        limits.cpuTime = .milliseconds(100)
        limits.wallTime = .seconds(5)
        limits.memory = 64 << 20
        return limits
    }()

    func load(
        _ text: String, limits: ScriptLimits = Self.limits, host: any ScriptHost = RecordingScriptHost(),
        configuration: JSONValue = .null
    ) async throws -> any ScriptComponent {
        try await runtime.load(
            ScriptSource(name: "case.js", text: text), limits: limits, host: host, configuration: configuration)
    }

    /// Loads a component whose `execute` has the given body.
    func execute(
        _ body: String, _ input: JSONValue = .null, limits: ScriptLimits = Self.limits,
        host: any ScriptHost = RecordingScriptHost()
    ) async throws -> JSONValue {
        let component = try await load(
            "module.exports = { async execute(input) { \(body) } };", limits: limits, host: host)
        do {
            let result = try await component.execute(input)
            try await component.stop()
            return result
        } catch {
            // The first error says what is wrong.
            try? await component.stop()
            throw error
        }
    }

    func expect(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        if !condition { throw ConformanceFailure(what()) }
    }

    func expectEqual<Value: Equatable>(_ actual: Value, _ expected: Value) throws {
        if actual != expected { throw ConformanceFailure("expected \(expected), got \(actual)") }
    }

    /// Expects a script error and returns it.
    @discardableResult
    func expectError(
        _ code: ScriptError.Code, containing text: String = "", _ body: () async throws -> some Sendable
    ) async throws -> ScriptError {
        let value: any Sendable
        do {
            value = try await body()
        } catch let error as ScriptError {
            try expect(error.code == code, "expected \(code), got \(error.code): \(error)")
            try expect(error.description.contains(text), "expected a message with '\(text)', got: \(error)")
            return error
        }
        throw ConformanceFailure("expected \(code), got the value \(value)")
    }
}
