import HTTPTypes

/// Why somebody was not signed in.
typealias SignOnFailure = ProviderFailure<SignOnFailureReason>

enum SignOnFailureReason: String, ProviderFailureReason {
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

    var status: HTTPResponse.Status {
        switch self {
        case .expired: .badRequest
        case .unavailable, .invalid: .badGateway
        case .denied, .unverified, .unconfirmed, .unknown: .forbidden
        }
    }
}
