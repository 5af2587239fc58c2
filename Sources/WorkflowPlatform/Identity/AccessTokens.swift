import Crypto
import JWTKit
import WorkflowCore
import WorkflowModules

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Signs and checks access tokens: JSON Web Tokens with HS256 and nothing else.
struct AccessTokens: Sendable {
    /// What a token says.
    struct Claims: JWTPayload {
        var sub: String
        var sid: String
        var type: String
        var iss: String
        var aud: String
        var iat: Int64
        var exp: Int64

        // `AccessTokens` checks the claims, since it knows the time.
        func verify(using algorithm: some JWTAlgorithm) {}
    }

    static let type = "access"
    static let audience = "workflow-platform"
    /// Longer tokens are refused without looking at them.
    private static let longest = 2048

    private let keys: JWTKeyCollection
    private let issuer: String
    private let lifetime: Duration

    /// Creates tokens.
    ///
    /// - Parameters:
    ///   - secret: What they are signed with.
    ///   - issuer: Who issues them.
    ///   - lifetime: How long they work.
    init(secret: [UInt8], issuer: String, lifetime: Duration) async {
        keys = JWTKeyCollection()
        self.issuer = issuer
        self.lifetime = lifetime
        await keys.add(hmac: HMACKey(key: SymmetricKey(data: secret)), digestAlgorithm: .sha256)
    }

    /// Makes a token for a session.
    func make(user: ID<User>, session: ID<Session>, now: Timestamp) async throws -> String {
        try await keys.sign(
            Claims(
                sub: user.text, sid: session.text, type: Self.type, iss: issuer, aud: Self.audience,
                iat: now.seconds, exp: now.advanced(by: lifetime).seconds))
    }

    /// Checks a token, except for whether its session has ended.
    ///
    /// - Returns: Whose it is; `nil` when anything about it is wrong.
    func check(_ token: String, now: Timestamp) async -> (user: ID<User>, session: ID<Session>)? {
        guard token.utf8.count <= Self.longest, Self.isHS256(token) else { return nil }
        let claims: Claims
        do {
            claims = try await keys.verify(token, as: Claims.self)
        } catch {
            return nil
        }
        guard claims.type == Self.type, claims.iss == issuer, claims.aud == Self.audience,
            claims.exp > now.seconds, let user = ID<User>(claims.sub), let session = ID<Session>(claims.sid)
        else { return nil }
        return (user, session)
    }

    /// Whether the header of a token asks for the one algorithm there is.
    private static func isHS256(_ token: String) -> Bool {
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = UnpaddedBase64.url.decode(parts[0]),
            UnpaddedBase64.url.decode(parts[2])?.count == 32
        else { return false }
        do {
            let fields = try JSONValue(parsing: header, options: JSONParsingOptions(maximumDepth: 2))
            return fields["alg"]?.stringValue == "HS256" && fields["crit"] == nil
        } catch {
            return false
        }
    }
}
