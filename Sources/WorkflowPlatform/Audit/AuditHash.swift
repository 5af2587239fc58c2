import Crypto
import WorkflowCore

/// What chains the entries of an audit log: the SHA-256 digest of an entry, which holds that of the entry before.
enum AuditHash {
    /// The digest of an entry of a company.
    ///
    /// - Parameters:
    ///   - document: The entry, with the digest of the one before.
    ///   - company: The chain that it belongs to, so that it does not fit another one.
    /// - Returns: 64 hexadecimal digits in lower case.
    static func hash(_ document: JSONObject, company: String) -> String {
        // Keys in the order of their bytes and no white space: there is one text for each entry.
        let text = JSONValue.object(["company_id": .string(company), "entry": .object(document)])
            .jsonString(sortedKeys: true)
        return hexadecimal(SHA256.hash(data: Array(text.utf8)))
    }

    /// The digits of a digest.
    static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in digest {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
