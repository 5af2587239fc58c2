import Crypto
import WorkflowCore

/// Signs requests as AWS Signature Version 4 says, in the header `Authorization`.
///
/// Source: Amazon S3 API Reference, "Signature Calculations for the Authorization Header: Transferring Payload in a
/// Single Chunk", https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
struct SignatureV4: Sendable {
    let accessKeyID: String
    let secretAccessKey: String
    let region: String
    var service = "s3"

    /// The value of the header `Authorization`.
    ///
    /// - Parameters:
    ///   - method: The method in upper case.
    ///   - path: The path, percent-encoded once, as the request has it. There must be no query.
    ///   - headers: The header fields to sign, with names in lower case; `host` and `x-amz-date` must be among them.
    ///   - payloadHash: The SHA-256 digest of the body, see ``hash(_:)``.
    ///   - time: The time that `x-amz-date` tells.
    func authorization(
        method: String, path: String, headers: [FetchHeader], payloadHash: String, at time: Timestamp
    ) -> String {
        let sorted = headers.sorted { $0.name < $1.name }
        let names = sorted.map(\.name).joined(separator: ";")
        let fields = sorted.map { "\($0.name):\(Self.trimmed($0.value))\n" }.joined()
        let canonical = "\(method)\n\(path)\n\n\(fields)\n\(names)\n\(payloadHash)"
        let stamp = Self.stamp(time)
        let scope = "\(stamp.prefix(8))/\(region)/\(service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(Self.hash(Array(canonical.utf8)))"
        var key = SymmetricKey(data: Array("AWS4\(secretAccessKey)".utf8))
        for part in [String(stamp.prefix(8)), region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        let signature = Self.hexadecimal(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
        return
            "AWS4-HMAC-SHA256 Credential=\(accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
    }

    /// The SHA-256 digest in hexadecimal digits.
    static func hash(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

    /// A time such as `20130524T000000Z`.
    static func stamp(_ time: Timestamp) -> String {
        Timestamp(seconds: time.seconds).description.filter { $0 != "-" && $0 != ":" }
    }

    /// Percent-encodes a text for the path of a request: all but letters, digits, `-`, `.`, `_`, `~` and `/`.
    static func encodePath(_ text: String) -> String {
        PercentEncoding.encode(text) { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._~/".utf8.contains(byte)
            }
        }
    }

    /// Without spaces at its ends, and with runs of spaces as one.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}
