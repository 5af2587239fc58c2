import Crypto
import JWTKit
import WorkflowCore

/// Signs and verifies JSON Web Tokens: HS256 and nothing else.
struct TokenCodec: Sendable {
    /// What a valid token says.
    struct Verified: Sendable {
        let principal: Principal
        let expiresAt: Timestamp
        /// The digest of the token, which has only one spelling: base64 is decoded strictly, and the signature is exact.
        let digest: TokenDigest
    }

    private struct Payload: JWTPayload {
        let claims: JSONObject

        init(claims: JSONObject) {
            self.claims = claims
        }

        init(from decoder: any Decoder) throws {
            guard let claims = try JSONValue(from: decoder).objectValue else {
                throw JWTError.malformedToken(reason: "The payload is not an object.")
            }
            self.claims = claims
        }

        func encode(to encoder: any Encoder) throws {
            try JSONValue.object(claims).encode(to: encoder)
        }

        // The claims are checked by `TokenCodec`, which knows the time.
        func verify(using algorithm: some JWTAlgorithm) {}
    }

    /// Longer tokens are refused without looking at them.
    static let longestToken = 8192

    let issuer: String
    let audience: String
    private let keys = JWTKeyCollection()

    init(issuer: String, audience: String) {
        self.issuer = issuer
        self.audience = audience
    }

    /// Takes the secret; before that, no token is valid.
    func use(secret: String) async {
        var bytes = Array(secret.utf8)
        // Zero bytes up to the block size do not change an HMAC (RFC 2104), but the library wants 32 bytes.
        while bytes.count < 32 { bytes.append(0) }
        await keys.add(hmac: HMACKey(key: SymmetricKey(data: bytes)), digestAlgorithm: .sha256)
    }

    /// Makes a token.
    ///
    /// - Throws: What the library throws when there is no key.
    func sign(
        subject: String, email: String, name: String, id: String, issuedAt: Timestamp, expiresAt: Timestamp
    ) async throws -> String {
        var claims: JSONObject = [
            "sub": .string(subject), "email": .string(email), "name": .string(name), "iss": .string(issuer),
            "iat": .integer(issuedAt.seconds), "exp": .integer(expiresAt.seconds), "jti": .string(id),
        ]
        if !audience.isEmpty { claims["aud"] = .string(audience) }
        return try await keys.sign(Payload(claims: claims))
    }

    /// Verifies a token, except for whether it was revoked.
    ///
    /// - Returns: `nil` when anything about it is wrong.
    func verify(_ token: String, now: Timestamp) async -> Verified? {
        guard token.utf8.count <= Self.longestToken else { return nil }
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, isHS256(parts[0]), UnpaddedBase64.url.decode(parts[1]) != nil,
            UnpaddedBase64.url.decode(parts[2])?.count == 32
        else { return nil }
        // Whatever is wrong with a token, whoever shows it learns only that it is refused.
        guard let payload = try? await keys.verify(token, as: Payload.self) else { return nil }
        let claims = payload.claims
        guard let subject = claims["sub"]?.stringValue, !subject.isEmpty, claims["iss"]?.stringValue == issuer,
            isForUs(claims["aud"]), let expiresAt = claims["exp"].flatMap(Self.timestamp), expiresAt > now
        else { return nil }
        if let notBefore = claims["nbf"] {
            guard let time = Self.timestamp(notBefore), time <= now else { return nil }
        }
        let principal = Principal(id: subject, claims: claims)
        return Verified(principal: principal, expiresAt: expiresAt, digest: TokenDigest(token))
    }

    private func isHS256(_ header: Substring.UTF8View) -> Bool {
        guard let bytes = UnpaddedBase64.url.decode(header),
            let fields = try? JSONValue(parsing: bytes, options: JSONParsingOptions(maximumDepth: 4)).objectValue
        else { return false }
        return fields["alg"]?.stringValue == "HS256" && !fields.contains("crit")
            && (fields["typ"]?.stringValue ?? "JWT").uppercased() == "JWT"
    }

    private func isForUs(_ claim: JSONValue?) -> Bool {
        if audience.isEmpty { return true }
        if let list = claim?.arrayValue { return list.contains { $0.stringValue == audience } }
        return claim?.stringValue == audience
    }

    /// A time in seconds since the epoch, with or without a fraction.
    private static func timestamp(_ claim: JSONValue) -> Timestamp? {
        if case .integer(let seconds) = claim {
            return Timestamp(seconds: min(max(seconds, -9_000_000_000), 9_000_000_000))
        }
        guard let seconds = claim.doubleValue, seconds.isFinite else { return nil }
        return Timestamp(nanoseconds: Int64(min(max(seconds, -9e9), 9e9) * 1e9))
    }
}
