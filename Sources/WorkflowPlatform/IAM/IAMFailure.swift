import HTTPTypes

/// Why a program was not given a token.
typealias IAMFailure = ProviderFailure<IAMFailureReason>

enum IAMFailureReason: String, ProviderFailureReason {
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

    var status: HTTPResponse.Status {
        switch self {
        case .missing: .unprocessableContent
        case .refused, .repeated: .unauthorized
        case .unavailable, .misconfigured: .badGateway
        case .unmapped: .forbidden
        }
    }
}

extension IAMFailure {
    /// The same for what the parts of single sign-on say.
    init(_ failure: SignOnFailure) {
        switch failure.kind {
        case .unavailable: self.init(.unavailable, failure.detail)
        default: self.init(.refused, failure.detail)
        }
    }
}
