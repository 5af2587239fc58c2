public import Logging

/// Wraps every module operation once: metric, span, log line on failure.
public struct Instrumentation: Sendable {
    private let clock: any EngineClock
    private let metrics: EngineMetrics
    private let logger: Logger
    private let traces: Traces

    init(environment: EngineEnvironment) {
        self.clock = environment.clock
        self.metrics = environment.metrics
        self.logger = environment.logger
        self.traces = environment.traces
    }

    /// Runs an operation of a module. A failure is logged, unless the operation was cancelled: whoever did that says why.
    ///
    /// - Parameters:
    ///   - operation: What is done, such as `execute` or `handle`.
    ///   - module: The name of the module.
    ///   - metadata: What a log line about a failure says besides.
    ///   - body: Does it.
    /// - Throws: What `body` throws.
    public func observe<Result>(
        _ operation: String, module: String, metadata: @autoclosure () -> Logger.Metadata = [:],
        _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            let result = try await traces.span("\(module).\(operation)") { _ in try await body() }
            metrics.moduleOperations.with(module, operation, "success").increment()
            return result
        } catch {
            metrics.moduleOperations.with(module, operation, "failure").increment()
            let isCancelled = error is CancellationError && Task.isCancelled
            let common: Logger.Metadata = ["module": "\(module)", "operation": "\(operation)", "error": "\(error)"]
            logger.log(
                level: isCancelled ? .debug : .warning, "Module operation failed",
                metadata: common.merging(metadata()) { first, _ in first })
            throw error
        }
    }
}
