import HTTPTypes
import WorkflowCore

/// Why a program was not given a token.
struct IAMFailure: Error {
    /// What programs can rely on, the last part of the type of the problem.
    enum Kind: String {
        /// What the provider needs was not shown.
        case missing = "credential-missing"
        /// What was shown proves nothing.
        case refused = "credential-refused"
        /// What was shown was used before.
        case repeated = "credential-used"
        /// The provider cannot be asked now.
        case unavailable = "provider-unavailable"
        /// The provider does not let the platform ask.
        case misconfigured = "provider-misconfigured"
        /// It is known who it is, and that they have no role.
        case unmapped = "no-role"
    }

    let kind: Kind
    /// What is told; never what was shown, nor what the provider answered.
    let detail: String

    init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// The same for what the parts of single sign-on say.
    init(_ failure: SignOnFailure) {
        switch failure.kind {
        case .unavailable: self.init(.unavailable, failure.detail)
        default: self.init(.refused, failure.detail)
        }
    }

    /// The answer.
    var problem: HTTPError {
        let status: HTTPResponse.Status =
            switch kind {
            case .missing: .unprocessableContent
            case .refused, .repeated: .unauthorized
            case .unavailable, .misconfigured: .badGateway
            case .unmapped: .forbidden
            }
        return PlatformError.problem(status, kind.rawValue, detail)
    }
}
