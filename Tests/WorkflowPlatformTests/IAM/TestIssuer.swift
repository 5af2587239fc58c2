import Crypto
import Foundation
import HTTPTypes
import WorkflowCore
import WorkflowHTTP
import WorkflowModules

/// An issuer of ID tokens that are signed with a key of its own.
struct TestIssuer: Sendable {
    let key = P256.Signing.PrivateKey()

    /// Answers for the issuer at an address.
    func answer(_ request: ServerRequest) throws -> ServerResponse {
        let issuer = "http://\(request.authority ?? "")"
        switch request.path {
        case "/.well-known/openid-configuration":
            return .json([
                "issuer": .string(issuer), "authorization_endpoint": .string("\(issuer)/authorize"),
                "token_endpoint": .string("\(issuer)/token"), "jwks_uri": .string("\(issuer)/keys"),
            ])
        case "/keys":
            let point = Array(key.publicKey.rawRepresentation)
            return .json([
                "keys": [
                    [
                        "kty": "EC", "crv": "P-256", "kid": "one", "alg": "ES256", "use": "sig",
                        "x": .string(Self.encode(Array(point[..<32]))), "y": .string(Self.encode(Array(point[32...]))),
                    ]
                ]
            ])
        default: throw HTTPError(.notFound, "There is nothing here.")
        }
    }

    /// Makes a token.
    func token(_ claims: JSONObject, header: JSONObject = ["alg": "ES256", "kid": "one"]) throws -> String {
        let text = [header, claims].map { Self.encode(JSONValue.object($0).jsonBytes()) }.joined(separator: ".")
        let signature = try key.signature(for: Data(text.utf8)).rawRepresentation
        return "\(text).\(Self.encode(Array(signature)))"
    }

    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
