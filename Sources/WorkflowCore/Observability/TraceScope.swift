import Tracing

/// The trace of a task, for work on its behalf that other tasks or threads do.
public struct TraceScope: Sendable {
    private let context: ServiceContext?

    /// The scope of the current task.
    public static var current: TraceScope { TraceScope(context: ServiceContext.current) }

    /// Runs something as a part of the trace.
    public func run<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        guard context != nil else { return try await body() }
        return try await ServiceContext.withValue(context) { try await body() }
    }
}
