public import WorkflowCore

/// What a person reads about an error, and the exit status that goes with it.
public struct FailureReport: Sendable {
    /// The text for standard error, without the last line end.
    public let text: String
    /// How the program ends.
    public let status: ExitStatus

    /// Describes an error.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - consequence: What has become of the configuration, such as `nothing was started`; `nil` when nothing else was
    ///     to be expected.
    ///   - describe: Writes the issues of a configuration; by default a line each, with its hint below.
    public init(
        _ error: any Error, consequence: String? = "nothing was started",
        describe: (ConfigurationError) -> String = { $0.description }
    ) {
        switch error {
        case let error as ConfigurationError:
            let count = error.issues.count
            let summary =
                "The configuration has \(count) error\(count == 1 ? "" : "s")\(consequence.map { "; \($0)" } ?? "")."
            text = "\(describe(error))\n\n\(summary)"
            status = .configuration
        case let error as CommandFailure:
            text = error.description
            status = error.status
        case let error as WorkflowError:
            text = "error: \(error)"
            status = error.code == .internal ? .defect : .unavailable
        case let error as StoreError:
            text = "error: \(error)"
            status = .unavailable
        default:
            text = "error: \(error)"
            status = .defect
        }
    }
}
