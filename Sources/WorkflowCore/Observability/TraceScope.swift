import Tracing

/// The trace of a task, with its ``EventHops``, for work on its behalf that other tasks or threads do.
public struct TraceScope: Sendable {
    private let context: ServiceContext?
    private let hops: Int

    /// The scope of the current task.
    public static var current: TraceScope { TraceScope(context: ServiceContext.current, hops: EventHops.current) }

    /// Runs something as a part of the trace.
    public func run<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        guard hops > 0 else { return try await runInContext(body) }
        return try await EventHops.$current.withValue(hops) { try await runInContext(body) }
    }

    private func runInContext<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        guard context != nil else { return try await body() }
        return try await ServiceContext.withValue(context) { try await body() }
    }
}
