import HTTPTypes
import WorkflowCore

/// Why nothing was given for what a provider vouches for, be it a person or a program.
struct ProviderFailure<Reason: ProviderFailureReason>: Error {
    let kind: Reason
    /// What is told; never what was shown, nor what the provider answered.
    let detail: String

    init(_ kind: Reason, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// The answer.
    var problem: HTTPError { PlatformError.problem(kind.status, kind.rawValue, detail) }
}

/// What programs can rely on, the last part of the type of the problem.
protocol ProviderFailureReason: RawRepresentable<String>, Sendable {
    var status: HTTPResponse.Status { get }
}
