import Crypto
import WorkflowCore

/// A request that asks AWS who has signed it (AWS Security Token Service, GetCallerIdentity), as its client shows it.
///
/// Who can send it proves an identity of AWS without giving a key away. Whoever gets it could send it on, so that it must
/// be signed together with the address of the provider here that it is for.
struct CallerIdentityRequest: Sendable {
    static let body = "Action=GetCallerIdentity&Version=2011-06-15"
    /// The header that tells for whom it is.
    static let binding = "x-workflow-platform"
    /// How old it may be; AWS takes requests of up to 15 minutes.
    private static let lifetime: Int64 = 5 * 60
    private static let passedOn: Set<String> = [
        "authorization", "content-type", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", binding,
    ]

    /// The header fields that are passed on.
    let headers: [(name: String, value: String)]
    /// What is accepted once.
    let proof: String

    /// Checks a request.
    ///
    /// - Parameters:
    ///   - shown: What was shown: `url`, `headers`, and perhaps `method` and `body`.
    ///   - host: The host that it must be for.
    ///   - place: The address that it must be bound to.
    /// - Throws: ``IAMFailure``.
    init(_ shown: JSONObject, host: String, place: String, now: Timestamp) throws {
        func refused(_ detail: String) -> IAMFailure { IAMFailure(.refused, detail) }
        guard shown["method"]?.stringValue ?? "POST" == "POST", shown["body"]?.stringValue ?? Self.body == Self.body
        else { throw refused("The request must be a POST with the body \(Self.body).") }
        guard let url = shown["url"]?.stringValue, url == "https://\(host)/" || url == "https://\(host)" else {
            throw refused("The request must be for https://\(host)/.")
        }
        var fields: [String: String] = [:]
        for (name, value) in shown["headers"]?.objectValue ?? [:] {
            guard let text = value.stringValue, Self.isPrintable(text), Self.isPrintable(name),
                fields.updateValue(text, forKey: name.lowercased()) == nil
            else { throw refused("The header fields must be texts, each of them given once.") }
        }
        guard fields["host"] ?? host == host else { throw refused("The header host must be \(host).") }
        guard fields[Self.binding] == place else {
            throw refused("The request must be signed with the header \(Self.binding): \(place).")
        }
        guard let authorization = fields["authorization"],
            let (signed, signature) = Self.parts(of: authorization)
        else { throw refused("The request must be signed with AWS Signature Version 4.") }
        guard signed.isSuperset(of: ["host", "x-amz-date", Self.binding]) else {
            throw refused("The signature must be over the headers host, x-amz-date and \(Self.binding).")
        }
        guard let time = fields["x-amz-date"].flatMap(Self.time), abs(time.seconds - now.seconds) <= Self.lifetime
        else { throw refused("The request must be signed within the last five minutes.") }
        let others = signed.subtracting(Self.passedOn).subtracting(["host", "content-length"])
        guard others.isEmpty else {
            throw refused("The signature must not be over other headers: \(others.sorted().joined(separator: ", ")).")
        }
        headers = fields.filter { Self.passedOn.contains($0.key) }.sorted { $0.key < $1.key }
            .map { (name: $0.key, value: $0.value) }
        proof = AuditHash.hexadecimal(SHA256.hash(data: Array("aws \(signature)".utf8)))
    }

    /// What the field `Authorization` says.
    private static func parts(of authorization: String) -> (signed: Set<String>, signature: String)? {
        let prefix = "AWS4-HMAC-SHA256 "
        guard authorization.hasPrefix(prefix) else { return nil }
        var values: [String: String] = [:]
        for part in authorization.dropFirst(prefix.count).split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " } }
            guard pair.count == 2, values.updateValue(pair[1], forKey: pair[0]) == nil else { return nil }
        }
        guard values.count == 3, values["Credential"] != nil, let signed = values["SignedHeaders"],
            let signature = values["Signature"], signature.utf8.count == 64,
            signature.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        return (Set(signed.split(separator: ";").map(String.init)), signature)
    }

    /// Reads a time such as `20260131T120000Z`.
    private static func time(_ text: String) -> Timestamp? {
        let digits = Array(text)
        guard digits.count == 16, digits[8] == "T", digits[15] == "Z" else { return nil }
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        return Timestamp(
            rfc3339: "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z")
    }

    private static func isPrintable(_ text: String) -> Bool {
        text.utf8.count <= 8192 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
