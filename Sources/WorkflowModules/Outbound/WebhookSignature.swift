import Crypto
import Foundation
import WorkflowCore

/// Signs webhooks as the Standard Webhooks specification 1.0 says, so that receivers can use the libraries there are.
///
/// HMAC-SHA256 over `<id>.<timestamp>.<body>`; the header is `v1,` and the code in Base64. The timestamp, in seconds, is
/// that of the attempt and is signed as well, so that a receiver can refuse old requests.
///
/// Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
struct WebhookSignature: Sendable {
    private static let prefix = "whsec_"
    private let key: SymmetricKey

    /// - Parameter secret: `whsec_` and the key in Base64, or a text whose bytes are the key.
    /// - Returns: `nil` when the Base64 is wrong, or there is no key.
    init?(secret: String) {
        if secret.hasPrefix(Self.prefix) {
            guard let bytes = Data(base64Encoded: String(secret.dropFirst(Self.prefix.count))) else { return nil }
            key = SymmetricKey(data: bytes)
        } else {
            key = SymmetricKey(data: Array(secret.utf8))
        }
        guard key.bitCount > 0 else { return nil }
    }

    /// The header fields that sign a request.
    func headers(id: String, body: [UInt8], at time: Timestamp) -> [FetchHeader] {
        let seconds = String(time.seconds)
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(id).\(seconds).".utf8) + body, using: key)
        return [
            FetchHeader(name: "webhook-timestamp", value: seconds),
            FetchHeader(name: "webhook-signature", value: "v1,\(Data(code).base64EncodedString())"),
        ]
    }
}
