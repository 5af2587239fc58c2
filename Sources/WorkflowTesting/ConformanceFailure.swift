/// What a conformance suite throws when an implementation breaks a promise of its protocol.
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    /// Which promise was broken, and how.
    public let description: String

    /// Creates a failure.
    public init(_ description: String) {
        self.description = description
    }

    /// Throws when a condition does not hold.
    public static func require(_ condition: Bool, _ description: @autoclosure () -> String) throws {
        if !condition { throw ConformanceFailure(description()) }
    }

    /// Throws when two values differ.
    public static func requireEqual<Value: Equatable>(
        _ actual: Value, _ expected: Value, _ what: @autoclosure () -> String
    ) throws {
        if actual != expected { throw ConformanceFailure("\(what()): expected \(expected), got \(actual)") }
    }
}

/// Runs `body`, for no longer than `limit` of real time.
///
/// - Parameters:
///   - what: What is waited for, for the error.
///   - limit: How long `body` may take; it is cancelled then.
///   - body: What to run; must end when it is cancelled.
/// - Returns: What `body` returns.
/// - Throws: ``ConformanceFailure`` when the time is over; what `body` throws.
public func withTimeLimit<Result: Sendable>(
    _ what: String, limit: Duration = .seconds(10), _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() ?? nil else {
            throw ConformanceFailure("\(what) did not happen within \(limit)")
        }
        return result
    }
}
