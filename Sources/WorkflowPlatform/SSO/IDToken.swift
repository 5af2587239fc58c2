import JWTKit
import WorkflowCore
import WorkflowModules

/// A token with which a provider says who somebody is, before it is known to be genuine.
struct IDToken: Sendable {
    /// Longer tokens are refused without looking at them.
    private static let longest = 32_768
    /// How far the clock of a provider may be off.
    private static let leeway: Int64 = 60

    let algorithm: SigningAlgorithm
    /// The name of the key that it is signed with.
    let keyID: String?
    private let text: String
    private let claims: JSONObject

    /// Takes a token apart.
    ///
    /// - Throws: ``SignOnFailure`` when it is none, or is signed with another algorithm than those of
    ///   ``SigningAlgorithm``: with none at all, or with a secret that others know as well.
    init(_ text: String) throws {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.longest, parts.count == 3, let header = Self.object(parts[0]),
            let claims = Self.object(parts[1]), UnpaddedBase64.url.decode(parts[2]) != nil
        else { throw Self.failure("cannot be read") }
        guard let algorithm = header["alg"]?.stringValue.flatMap(SigningAlgorithm.init), header["crit"] == nil else {
            throw Self.failure("is not signed with RS256 or ES256")
        }
        self.algorithm = algorithm
        keyID = header["kid"]?.stringValue
        self.text = text
        self.claims = claims
    }

    /// Whether it is signed with one of the keys.
    func isSigned(with keys: [JWTKeyCollection]) async -> Bool {
        for key in keys {
            do {
                _ = try await key.verify(text, as: Payload.self)
                return true
            } catch {
                continue
            }
        }
        return false
    }

    /// What it says, when it says so to this platform, in this sign-in, now (OpenID Connect Core 1.0, section 3.1.3.7).
    ///
    /// - Throws: ``SignOnFailure``.
    func claims(for provider: SignOnProvider, nonce: String, now: Timestamp) throws -> JSONObject {
        let claims = try claims(for: provider, now: now)
        guard claims["nonce"] == .string(nonce) else { throw Self.failure("belongs to another sign-in") }
        return claims
    }

    /// What it says, when it says so to this platform, now, in whatever sign-in.
    ///
    /// - Throws: ``SignOnFailure``.
    func claims(for provider: SignOnProvider, now: Timestamp) throws -> JSONObject {
        guard claims["iss"]?.stringValue == provider.issuer else { throw Self.failure("is from another issuer") }
        let audience = claims["aud"]?.arrayValue ?? claims["aud"].map { [$0] } ?? []
        // Nobody else is trusted, so nobody else may be meant.
        guard audience == [.string(provider.clientID)] else { throw Self.failure("is for another audience") }
        if let party = claims["azp"], party != .string(provider.clientID) {
            throw Self.failure("was issued to another party")
        }
        guard let end = Self.seconds(claims["exp"]), end > now.seconds - Self.leeway else {
            throw Self.failure("has expired")
        }
        guard let begin = Self.seconds(claims["iat"]), begin <= now.seconds + Self.leeway else {
            throw Self.failure("was issued in the future")
        }
        if let begin = claims["nbf"] {
            guard let seconds = Self.seconds(begin), seconds <= now.seconds + Self.leeway else {
                throw Self.failure("does not count yet")
            }
        }
        return claims
    }

    /// Why a token proves nothing.
    static func failure(_ reason: String) -> SignOnFailure {
        SignOnFailure(.invalid, "The ID token of the provider \(reason).")
    }

    private static func object(_ part: Substring.UTF8View) -> JSONObject? {
        guard let bytes = UnpaddedBase64.url.decode(part) else { return nil }
        do {
            return try JSONValue(parsing: bytes, options: JSONParsingOptions(maximumDepth: 16)).objectValue
        } catch {
            return nil
        }
    }

    private static func seconds(_ claim: JSONValue?) -> Int64? {
        if case .integer(let seconds) = claim { return seconds }
        guard let seconds = claim?.doubleValue, seconds.isFinite, abs(seconds) < 9e15 else { return nil }
        return Int64(seconds)
    }

    /// `IDToken` reads the claims itself; only the signature is checked with this.
    private struct Payload: JWTPayload {
        func verify(using algorithm: some JWTAlgorithm) {}
    }
}
