import WorkflowCore

/// Makes the signed requests for the objects of a bucket.
struct S3Bucket: Sendable {
    private static let longestKey = 1024

    /// Where the requests go.
    let place: FetchPlace
    private let prefix: String
    private let signature: SignatureV4
    private let sessionToken: String

    /// - Throws: ``WorkflowError`` `.invalidInput` for an endpoint that is no URL.
    init(_ configuration: S3StorageModule.Configuration) throws {
        let isCustom = !configuration.endpoint.isEmpty
        let endpoint = isCustom ? configuration.endpoint : "https://s3.\(configuration.region).amazonaws.com"
        let server = try FetchPlace.parse(endpoint).place
        // The certificates of S3 do not cover buckets with dots in their names.
        let isPathStyle = configuration.pathStyle ?? (isCustom || configuration.bucket.contains("."))
        prefix = isPathStyle ? "/\(configuration.bucket)/" : "/"
        let host = isPathStyle ? server.host : "\(configuration.bucket).\(server.host)"
        place = FetchPlace(scheme: server.scheme, host: host, port: server.port)
        signature = SignatureV4(
            accessKeyID: configuration.accessKeyID, secretAccessKey: configuration.secretAccessKey.value,
            region: configuration.region)
        sessionToken = configuration.sessionToken.value
    }

    /// Makes a request for an object.
    ///
    /// - Parameters:
    ///   - method: `GET`, `PUT` or `DELETE`.
    ///   - key: The key of the object, see ``problem(withKey:)``.
    ///   - body: The content.
    ///   - contentType: The type of the content; empty for none.
    ///   - time: The current time; S3 takes requests that are at most 15 minutes old.
    func request(
        _ method: String, key: String, body: [UInt8] = [], contentType: String = "", at time: Timestamp
    ) -> FetchRequest {
        let path = SignatureV4.encodePath(prefix + key)
        let hash = SignatureV4.hash(body)
        var headers = [
            FetchHeader(name: "host", value: authority), FetchHeader(name: "x-amz-content-sha256", value: hash),
            FetchHeader(name: "x-amz-date", value: SignatureV4.stamp(time)),
        ]
        if !contentType.isEmpty { headers.append(FetchHeader(name: "content-type", value: contentType)) }
        if !sessionToken.isEmpty { headers.append(FetchHeader(name: "x-amz-security-token", value: sessionToken)) }
        let authorization = signature.authorization(
            method: method, path: path, headers: headers, payloadHash: hash, at: time)
        headers.append(FetchHeader(name: "authorization", value: authorization))
        return FetchRequest(
            method: method, url: "\(place.scheme)://\(authority)\(path)", headers: headers, body: body)
    }

    /// What is wrong with the key of an object, or `nil`.
    ///
    /// `.` and `..` are refused as parts of a path since proxies resolve them, so that a key made from data could name
    /// another object than it says.
    static func problem(withKey key: String) -> String? {
        if key.isEmpty { return "the key of the object is empty" }
        if key.utf8.count > longestKey { return "the key of the object has more than \(longestKey) bytes" }
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        return parts.contains { $0 == "." || $0 == ".." } ? "the key of the object has a part \".\" or \"..\"" : nil
    }

    private var authority: String {
        let host = place.host.contains(":") ? "[\(place.host)]" : place.host
        return place.port == place.standardPort ? host : "\(host):\(place.port)"
    }
}

extension FetchResponse {
    /// The code of an error in XML, such as `NoSuchKey`.
    var s3ErrorCode: String? {
        let text = String(decoding: body.prefix(4096), as: UTF8.self)
        guard let match = text.firstMatch(of: /<Code>([A-Za-z0-9.]{1,64})<\/Code>/) else { return nil }
        return String(match.1)
    }
}
