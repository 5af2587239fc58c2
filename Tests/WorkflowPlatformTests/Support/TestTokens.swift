import Crypto
import Foundation
import WorkflowCore
import WorkflowStore

@testable import WorkflowPlatform

/// Makes access tokens as the platform does, with other claims.
enum TestTokens {
    static func encode(_ text: String) -> String { encode(Data(text.utf8)) }

    static func encode(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func decode(_ text: String) -> [UInt8]? {
        var text = text.replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        return Data(base64Encoded: text).map(Array.init)
    }

    /// Signs claims with the secret of the platform.
    static func sign(_ claims: JSONValue, _ test: TestPlatform) async throws -> String {
        let secret = try await test.services.database.write { connection in
            try SettingTable.value("signing-secret", orElse: "", connection)
        }
        let text = "\(encode(#"{"alg":"HS256","typ":"JWT"}"#)).\(encode(claims.jsonString()))"
        let key = SymmetricKey(data: Data(secret.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
        return "\(text).\(encode(Data(code)))"
    }
}
