import HTTPTypes
import WorkflowCore

/// Why somebody was not signed in.
struct SignOnFailure: Error {
    /// What programs can rely on, the last part of the type of the problem.
    enum Kind: String {
        /// The browser is not the one in which the sign-in began, or it took too long, or it came back before.
        case expired = "sign-on-expired"
        /// The provider cannot be asked now.
        case unavailable = "provider-unavailable"
        /// What the provider answers proves nothing.
        case invalid = "provider-answer-invalid"
        /// The person, or the provider, has said no.
        case denied = "sign-on-denied"
        /// The provider vouches for no e-mail address.
        case unverified = "email-unverified"
        /// The account with the address is not known to belong to whoever has the address.
        case unconfirmed = "account-unconfirmed"
        /// There is no account, and none may be made.
        case unknown = "no-account"
    }

    let kind: Kind
    /// What the person is told.
    let detail: String

    init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// The answer without a place to send the browser to.
    var problem: HTTPError {
        let status: HTTPResponse.Status =
            switch kind {
            case .expired: .badRequest
            case .unavailable, .invalid: .badGateway
            case .denied, .unverified, .unconfirmed, .unknown: .forbidden
            }
        return PlatformError.problem(status, kind.rawValue, detail)
    }
}
